import { SERVER_NETWORKS } from "../choices.ts";
import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { type Divided, partsOf } from "../serverSubnets.ts";
import { subnetsOf } from "./networks.ts";

/** Rules for the parts of subnets that servers ask for: each server that runs the application has one of its own. */
export function subnetPartChecks(settings: Divided, networks: Settings["networks"]): Problem[] {
  const { servers } = settings;
  const planned = subnetsOf(networks);
  const parts = Math.min(
    ...SERVER_NETWORKS.flatMap((name) => {
      const subnet = planned.get(name);
      return subnet === undefined ? [] : [partsOf(name, subnet, settings)];
    }),
  );
  const asked = servers.map(({ subnetPart }) => subnetPart);
  const free = Array.from({ length: Math.min(parts, 2 * servers.length) }, (_, part) => part).filter(
    (part) => !asked.includes(part),
  );
  return servers.flatMap(({ roles, subnetPart }, index): Problem[] => {
    const problem = (allowed: string, example?: string): Problem[] => [
      { path: ["servers", index, "subnetPart"], value: subnetPart, allowed, example },
    ];
    if (subnetPart === undefined) return [];
    if (!roles.includes("app")) return problem("only on servers with the role app, which have networks of their own");
    if (subnetPart >= parts) {
      return problem(
        `a number from 0 to ${parts - 1}: networks.app and networks.router have ${parts} parts`,
        free.shift()?.toString(),
      );
    }
    const holder = servers.slice(0, index).find((other) => other.subnetPart === subnetPart);
    return holder === undefined ? [] : problem(`a part that ${holder.name} does not have`, free.shift()?.toString());
  });
}
