import type Docker from "dockerode";
import type { Problem } from "../config/problems.ts";
import { addressIn, isInside, overlap } from "../config/subnets.ts";
import { engineClient } from "../engine/client.ts";
import { askContainer } from "../engine/question.ts";
import type { LoadBalancerPlan } from "../topology/loadBalancerPlan.ts";
import { partOn } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";
import type { MachineSubnet } from "./machine.ts";
import type { AnsweredMachine } from "./machines.ts";

/** Interfaces of the engine's own networks. */
const OF_ENGINE = /^(docker|br-|veth|lo$)/;

/**
 * Problems of a stack's addresses with the local networks of its machines. Before the first update a container in each
 * machine's network reads them, because engines do not say them. Where an image is still missing nothing is read.
 */
export async function lanProblems(topology: Topology, answered: readonly AnsweredMachine[]): Promise<Problem[]> {
  if (!topology.isSeveral) return [];
  const fresh = answered.filter(({ state }) => !state.isServing);
  const found = await Promise.all(
    fresh.map(async (one) => {
      const lan = await lanOf(engineClient(one.machine), topology).catch(() => undefined);
      return lan === undefined ? [] : problemsOf(topology, one, lan);
    }),
  );
  return found.flat();
}

/** Problems with a machine's local networks. */
export function problemsOf(topology: Topology, { machine }: AnsweredMachine, lan: readonly MachineSubnet[]): Problem[] {
  const part = partOn(topology, machine);
  const hosts = machine.hosts.join(" and ");
  const held = part.networks.flatMap((network) =>
    lan.filter((one) => overlap(one.subnet, network.subnet)).map((one) => ({ ...one, network })),
  );
  // Networks of one setting have one problem.
  const first = held.filter(
    ({ network }, place) => held.findIndex((one) => one.network.setting === network.setting) === place,
  );
  return [
    ...first.map(({ name, subnet, network: { setting, part } }) => ({
      path: ["networks", setting],
      value: setting === "range" ? topology.networkRange : topology.subnets[part],
      allowed: `a ${setting === "range" ? "range" : "subnet"} that does not overlap the local network ${subnet} (${name}) of ${hosts}`,
      cure: `set another private ${setting === "range" ? "range" : "subnet"} that is free on all machines`,
    })),
    ...part.loadBalancers.flatMap((plan) => virtualProblems(plan, hosts, lan)),
  ];
}

/** An address that moves has to be in a local network of both hosts, or nobody asks for it there. */
function virtualProblems({ vrrp }: LoadBalancerPlan, hosts: string, lan: readonly MachineSubnet[]): Problem[] {
  const known = lan.map(({ name, subnet }) => `${subnet} (${name})`).join(", ");
  return (vrrp?.isOnHost ? vrrp.instances : []).flatMap(({ virtualAddress }, index) =>
    lan.some(({ subnet }) => isInside(`${virtualAddress}/32`, subnet))
      ? []
      : [
          {
            path: ["loadBalancer", "pair", "virtualAddresses", index],
            value: virtualAddress,
            allowed: `a free address in a local network of both load balancers' hosts; ${hosts} has ${known || "none"}`,
            cure: "choose an address of that network; or none, where addresses cannot move",
          },
        ],
  );
}

/** The local networks of an engine's machine; undefined: it has no image of the stack by which they could be read. */
async function lanOf(engine: Docker, topology: Topology): Promise<MachineSubnet[] | undefined> {
  const image = topology.loadBalancers[0]?.haproxy.image ?? "";
  const command = ["cat", "/proc/net/route"] as const;
  const routes = await askContainer(engine, { image, user: "99:99", command, network: "host" }, topology);
  return routes === undefined ? undefined : localNetworks(routes);
}

/**
 * The networks that a machine reaches without a gateway, by the kernel's table, whose numbers are hexadecimal, the last
 * byte first.
 */
export function localNetworks(routes: string): MachineSubnet[] {
  return routes
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [name = "", destination = "", gateway = "", , , , , mask = ""] = line.trim().split(/\s+/);
      const bits = [...Number.parseInt(mask || "0", 16).toString(2)].filter((digit) => digit === "1").length;
      if (gateway !== "00000000" || bits === 0 || OF_ENGINE.test(name)) return [];
      const bytes =
        destination
          .match(/../g)
          ?.map((byte) => Number.parseInt(byte, 16))
          .reverse() ?? [];
      return [{ name, subnet: `${addressIn(`${bytes.join(".")}/${bits}`, 0)}/${bits}` }];
    });
}
