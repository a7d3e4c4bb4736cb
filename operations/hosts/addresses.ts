import { isIPv4 } from "node:net";
import { LOAD_BALANCERS } from "../../config/choices.ts";
import { hostAddresses } from "../../config/loadBalancing.ts";
import type { Config } from "../../config/schema.ts";
import type { AnsweredMachine } from "../../preflight/machines.ts";
import type { MachinePlan } from "../../topology/machines.ts";
import { addressIn } from "./machineText.ts";

/** The addresses at which machines reach each other, by their endpoints. */
export type Addresses = ReadonlyMap<string, string>;

/**
 * Reads the values of `--address HOST=ADDRESS`: the address of each host.
 * @throws Error if one is malformed, or names no host
 */
export function givenAddresses(values: readonly string[], hosts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    values.map((value) => {
      const [, host = "", address = ""] = /^([^=]*)=(.*)$/.exec(value) ?? [];
      if (!hosts.includes(host) || !isIPv4(address)) {
        throw new Error(
          `--address ${value} is not the address of a host\n    allowed:   HOST=ADDRESS, with an IPv4 address and one of ${hosts.join(", ")}`,
        );
      }
      return [host, address] as const;
    }),
  );
}

/**
 * The address of each machine: that which its swarm knows, else the given one, else that of its endpoint, else that of
 * its load balancer's settings.
 * @throws Error naming the machines whose addresses nobody knows
 */
export function addressesOf(
  { loadBalancer, docker }: Pick<Config, "loadBalancer" | "docker">,
  machines: readonly MachinePlan[],
  answered: readonly AnsweredMachine[],
  given: ReadonlyMap<string, string>,
): Addresses {
  const ofSettings = hostAddresses(loadBalancer, docker);
  const addressOf = (machine: MachinePlan): string | undefined => {
    const swarm = answered.find((one) => one.machine.endpoint === machine.endpoint)?.state.swarm;
    const own = LOAD_BALANCERS.flatMap((name, index) => (machine.hosts.includes(name) ? [ofSettings[index]] : []));
    return [
      swarm?.state === "active" ? swarm.address : undefined,
      ...machine.hosts.map((host) => given.get(host)),
      addressIn(machine),
      ...own,
    ].find((address) => address !== undefined && address !== "");
  };
  const found = machines.map((machine) => [machine, addressOf(machine)] as const);
  const unknown = found.flatMap(([{ hosts }, address]) => (address === undefined ? [hosts[0]] : []));
  if (unknown.length > 0) {
    throw new Error(
      `the addresses at which the others reach ${unknown.join(" and ")} are not known\n    cure:      ${unknown.map((host) => `--address ${host}=ADDRESS`).join(" ")}`,
    );
  }
  return new Map(found.flatMap(([machine, address]) => (address === undefined ? [] : [[machine.endpoint, address]])));
}
