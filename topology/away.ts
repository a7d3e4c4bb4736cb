import { UserError } from "../config/userError.ts";
import { machinesOf } from "./machines.ts";
import type { Topology } from "./plan.ts";

/** The variable with the names of hosts, separated by commas, that an update leaves out: `npm run up -- --without`. */
export const WITHOUT = "FOOBAR_WITHOUT";

/**
 * The hosts that are left out of an update: those that are named, and all others on their machines.
 * @throws UserError if a name is not that of a host, or if no machine would be left
 */
export function hostsAway(topology: Pick<Topology, "hosts">, env: NodeJS.ProcessEnv): ReadonlySet<string> {
  const names = (env[WITHOUT] ?? "").split(",").filter((name) => name !== "");
  const machines = machinesOf(topology);
  const all = topology.hosts.map(({ name }) => name);
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new UserError(`${unknown.join(", ")} is no host of the stack
    allowed:   ${all.join(", ")}`);
  }
  const away = machines.filter(({ hosts }) => hosts.some((host) => names.includes(host)));
  if (away.length > 0 && away.length === machines.length) {
    throw new UserError(`without ${names.join(" and ")} no machine of the stack is left
    allowed:   hosts of some of its machines: ${machines.map(({ hosts }) => hosts.join(" with ")).join("; ")}`);
  }
  return new Set(away.flatMap(({ hosts }) => hosts));
}
