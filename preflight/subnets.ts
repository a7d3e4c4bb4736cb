import type { Problem } from "../config/problems.ts";
import { bitsOf, capacityOf, isCidr, overlap, proposer, rangeBits } from "../config/subnets.ts";
import type { EngineNetwork } from "../engine/state.ts";
import type { NetworkPlan, Topology } from "../topology/plan.ts";
import { instances } from "../topology/tiers.ts";
import type { MachineSubnet } from "./machine.ts";

/**
 * Subnets that the plan wants and others have, and those that are too small for their containers. Where it is the range
 * that does not fit, that is one problem. Each proposed subnet is free, and another one.
 * @param networks those of the engine
 * @param machine the subnets of the engine's machine, as far as they are known
 */
export function subnetProblems(
  topology: Topology,
  networks: readonly EngineNetwork[],
  machine: readonly MachineSubnet[],
): Problem[] {
  const { networkRange: range } = topology;
  const propose = proposer([
    ...networks.flatMap(({ subnets }) => subnets),
    ...machine.map(({ subnet }) => subnet),
    ...topology.networks.map(({ subnet }) => subnet),
    range,
  ]);
  const faults = topology.networks.flatMap((plan): Fault[] => {
    const holders = holdersOf(plan, networks, machine);
    const bits = bitsFor(topology, plan);
    return holders.length > 0 || bits < bitsOf(plan.subnet) ? [{ plan, holders, bits }] : [];
  });
  const ofRange = faults.filter(({ plan }) => plan.setting === "range");
  // One network that has to move can do so alone; a small part of a range means small parts.
  const whole = ofRange.length > 1 || ofRange.some(({ plan, bits }) => bits < bitsOf(plan.subnet)) ? ofRange : [];
  return [
    ...(whole.length === 0
      ? []
      : [
          {
            path: ["networks", "range"],
            value: range,
            allowed: `a range ${wanted(whole)}`,
            example: propose(rangeBits(Math.min(...whole.map(({ bits }) => bits)))),
          },
        ]),
    ...faults
      .filter((fault) => !whole.includes(fault))
      .map((fault) => ({
        path: ["networks", fault.plan.name],
        value: fault.plan.subnet,
        allowed: `a subnet ${wanted([fault])}`,
        example: propose(fault.bits),
      })),
  ];
}

/** A network whose subnet does not do. */
interface Fault {
  readonly plan: NetworkPlan;
  readonly holders: readonly Holder[];
  /** The prefix of a subnet with room for the network's containers, no longer than that of the plan. */
  readonly bits: number;
}

/** Who has addresses of a subnet. */
interface Holder {
  readonly kind: string;
  readonly name: string;
}

function wanted(faults: readonly Fault[]): string {
  const holders = faults.flatMap((fault) => fault.holders);
  const kinds = [...new Set(holders.map(({ kind }) => kind))].map((kind) => {
    const names = [...new Set(holders.flatMap((holder) => (holder.kind === kind ? [holder.name] : [])))];
    return `${kind}${names.length > 1 ? "s" : ""} ${names.join(", ")}`;
  });
  const small = faults.filter(({ plan, bits }) => bits < bitsOf(plan.subnet));
  return [
    ...(kinds.length === 0 ? [] : [`that does not overlap ${kinds.join(", nor ")}`]),
    ...small.map(
      ({ plan, bits }) => `with a /${bits} for networks.${plan.name}, whose containers do not fit into ${plan.subnet}`,
    ),
  ].join(", and ");
}

function holdersOf(
  { engineName, subnet }: NetworkPlan,
  networks: readonly EngineNetwork[],
  machine: readonly MachineSubnet[],
): Holder[] {
  const itself = networks.find(({ name, own }) => own && name === engineName);
  const others = networks.filter((network) => network !== itself);
  // The engine has an interface in each of its networks. A network that is there already has proved itself.
  const interfaces = itself?.subnets.includes(subnet)
    ? []
    : machine.filter((one) => !networks.some(({ subnets }) => subnets.includes(one.subnet)));
  return [
    ...others
      .filter(({ subnets }) => subnets.some((taken) => isCidr(taken) && overlap(taken, subnet)))
      .map(({ name, subnets, own }) => ({
        kind: own ? "the stack's present network" : "the engine's network",
        name: `${name} (${subnets.join(", ")})`,
      })),
    ...interfaces
      .filter((one) => overlap(one.subnet, subnet))
      .map((one) => ({ kind: "this machine's network", name: `${one.name} (${one.subnet})` })),
  ];
}

/** The prefix of the smallest subnet that holds a network's containers, or the plan's where that does. */
function bitsFor(topology: Topology, { name, subnet }: NetworkPlan): number {
  const containers = instances(topology).filter(({ attachments }) =>
    attachments.some(({ network }) => network === name),
  );
  let bits = bitsOf(subnet);
  while (capacityOf(bits) < containers.length) bits--;
  return bits;
}
