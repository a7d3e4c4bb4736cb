import type { Problem } from "../config/problems.ts";
import { bitsOf, capacityOf, isCidr, overlap, proposer, rangeBits } from "../config/subnets.ts";
import type { EngineNetwork } from "../engine/state.ts";
import type { NetworkPlan, Topology } from "../topology/plan.ts";
import { instances } from "../topology/tiers.ts";
import type { MachineSubnet } from "./machine.ts";

/**
 * Subnets of the plan that are in use or too small for their containers. A range that does not fit is one problem. The
 * proposed subnets are free and differ from each other.
 * @param networks the engine's networks
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
  // A single network that has to move can move alone. If one part of a range is too small, all parts are small.
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

/** A network whose subnet is in use or too small. */
interface Fault {
  readonly plan: NetworkPlan;
  readonly holders: readonly Holder[];
  /** The prefix of a subnet with room for the network's containers, no longer than that of the plan. */
  readonly bits: number;
}

/** A user of a subnet's addresses. */
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
  // The engine has an interface in each of its networks. An existing network has already worked with the others.
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

/**
 * The prefix length of the plan's subnet if it has room for the network's containers, else of the smallest that has.
 */
function bitsFor(topology: Topology, { name, subnet }: NetworkPlan): number {
  const containers = instances(topology).filter(({ attachments }) =>
    attachments.some(({ network }) => network === name),
  );
  let bits = bitsOf(subnet);
  while (capacityOf(bits) < containers.length) bits--;
  return bits;
}
