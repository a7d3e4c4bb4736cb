import type Docker from "dockerode";
import { engineClient } from "../../engine/client.ts";
import type { InstancePlan } from "../../topology/instancePlan.ts";
import type { Topology } from "../../topology/plan.ts";

/** The clients of a stack's Docker engines. */
export interface Engines {
  /** The client of each engine once. */
  readonly all: readonly Docker[];
  /**
   * The client of the engine on the host of a container's plan.
   * @throws Error if the plan has no such host, which is a mistake in the program
   */
  of(plan: Pick<InstancePlan, "host">): Docker;
}

/** @param client default: connects to the endpoint */
export function enginesOf({ hosts }: Pick<Topology, "hosts">, client = engineClient): Engines {
  const endpoints = new Map(hosts.map(({ name, endpoint }) => [name, endpoint]));
  const clients = new Map([...new Set(endpoints.values())].map((endpoint) => [endpoint, client(endpoint)]));
  return {
    all: [...clients.values()],
    of({ host }) {
      const found = clients.get(endpoints.get(host) ?? "");
      if (found === undefined) throw new Error(`the plan has no host ${host}`);
      return found;
    },
  };
}
