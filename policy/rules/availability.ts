import { tiersOf } from "../../topology/tiers.ts";
import type { Context } from "../context.ts";
import { inputsOf } from "../resources.ts";
import type { Rule } from "../rule.ts";

/** What each tier needs two of, in words. */
const NEEDED = {
  loadBalancers: "load balancers (loadBalancer.replicas: 2)",
  web: "web servers (two servers with the role web)",
  applications: "applications (two servers with the role app)",
  databases: "databases (two servers with the role db)",
} as const;

/** The names of the containers of each of these tiers. An arbiter has no data to go on with. */
function containers({ topology }: Context): Readonly<Record<keyof typeof NEEDED, readonly string[]>> {
  const names = (plans: readonly { readonly name: string }[]) => plans.map(({ name }) => name);
  const { web, applications } = tiersOf(topology);
  return {
    loadBalancers: names(topology.loadBalancers.map(({ haproxy }) => haproxy)),
    web: names(web),
    applications: names(applications),
    databases: names(topology.cluster.databases.filter(({ role }) => role !== "arbiter")),
  };
}

function lacking(context: Context, isThere: (name: string) => boolean): string[] {
  if (!context.config.policies.highAvailability) return [];
  return Object.entries(containers(context)).flatMap(([tier, names]) =>
    names.filter(isThere).length >= 2
      ? []
      : [`The stack claims high availability without two ${NEEDED[tier as keyof typeof NEEDED]}.`],
  );
}

export const highAvailability: Rule = {
  cure: "Configure what is missing, or set policies.highAvailability to false.",
  plan: (context) => lacking(context, () => true),
  stack: (resources, context) => {
    if (highAvailability.plan?.(context).length !== 0) return [];
    const running = new Set(
      resources
        .filter((resource) => inputsOf(resource, "docker:index/container:Container")?.start)
        .map(({ name }) => name),
    );
    return lacking(context, (name) => running.has(name));
  },
};
