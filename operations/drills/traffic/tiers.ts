import type { Topology } from "../../../topology/plan.ts";

/** A tier that visitors' requests pass through. */
export interface Tier {
  /** Part of the drills' names. */
  readonly name: string;
  readonly title: string;
  services(topology: Topology): string[];
}

export const HAPROXY: Tier = {
  name: "haproxy",
  title: "HAProxy",
  services: ({ loadBalancers }) => loadBalancers.map(({ haproxy }) => haproxy.name),
};

export const NGINX: Tier = {
  name: "nginx",
  title: "Nginx",
  services: ({ web }) => web.map(({ name }) => name),
};

export const APPLICATION: Tier = {
  name: "application",
  title: "the application",
  services: ({ applications }) => applications.map(({ name }) => name),
};

export function isSingle(tier: Tier, topology: Topology): boolean {
  return tier.services(topology).length < 2;
}

/** The obstacle of drills that need a second container in the tier. */
export function needsTwo(tier: Tier, topology: Topology): string | undefined {
  return isSingle(tier, topology)
    ? `the stack has one container of ${tier.title}, which no other can replace`
    : undefined;
}
