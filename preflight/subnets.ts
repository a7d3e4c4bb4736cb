import { NETWORKS, SERVER_NETWORKS } from "../config/choices.ts";
import type { Problem } from "../config/problems.ts";
import { bitsOf, bitsWithRoom, isCidr, overlap, proposer, rangeBits } from "../config/subnets.ts";
import type { EngineNetwork } from "../engine/state.ts";
import type { NetworkPlan, Topology } from "../topology/plan.ts";
import { instances } from "../topology/tiers.ts";
import type { MachineSubnet } from "./machine.ts";

/** What a machine has, and the networks of the plan that are to be there. */
export interface SeenNetworks {
  readonly planned: readonly NetworkPlan[];
  /** The engine's networks. */
  readonly networks: readonly EngineNetwork[];
  /** The subnets of the engine's machine, as far as they are known. */
  readonly machine: readonly MachineSubnet[];
}

/**
 * Subnets of the plan that are in use on a machine or too small for their containers. A range that does not fit is one
 * problem. The proposed subnets are free on all machines and differ from each other.
 */
export function subnetProblems(topology: Topology, seen: readonly SeenNetworks[]): Problem[] {
  const { networkRange: range } = topology;
  const propose = proposer([
    ...seen.flatMap(({ networks }) => networks.flatMap(({ subnets }) => subnets)),
    ...seen.flatMap(({ machine }) => machine.map(({ subnet }) => subnet)),
    ...Object.values(topology.subnets),
    range,
  ]);
  const held = seen.flatMap((one) => heldSubnets(topology, one));
  const plans = new Set(seen.flatMap(({ planned }) => planned));
  const faults = [...plans].flatMap((plan): Fault[] => {
    const holders = held.flatMap((one) => (one.plan === plan ? [one.holder] : []));
    const subnet = topology.subnets[plan.part];
    const bits = bitsFor(topology, plan);
    return holders.length > 0 || bits < bitsOf(subnet) ? [{ plan, subnet, holders, bits }] : [];
  });
  const ofRange = faults.filter(({ plan }) => plan.setting === "range");
  // A single network that has to move can move alone. If one part of a range is too small, all parts are small.
  const whole = ofRange.length > 1 || ofRange.some(({ subnet, bits }) => bits < bitsOf(subnet)) ? ofRange : [];
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
    ...NETWORKS.flatMap((part) => {
      const ofPart = faults.filter((fault) => fault.plan.part === part && !whole.includes(fault));
      return ofPart.length === 0
        ? []
        : [
            {
              path: ["networks", part],
              value: topology.subnets[part],
              allowed: `a subnet ${wanted(ofPart)}`,
              example: propose(Math.min(...ofPart.map(({ bits }) => bits))),
            },
          ];
    }),
  ];
}

/** The users of the subnets that are planned on a machine. */
function heldSubnets(topology: Topology, { planned, networks, machine }: SeenNetworks) {
  const present = networks.filter((network) => !isReplacedFirst(topology, network));
  // The engine has an interface in each of its networks.
  const interfaces = machine.filter((one) => !networks.some(({ subnets }) => subnets.includes(one.subnet)));
  return planned.flatMap((plan) => holdersOf(plan, present, interfaces).map((holder) => ({ plan, holder })));
}

/** Whether a network is one that all servers shared in an earlier version: `up` replaces it before it makes others. */
function isReplacedFirst({ project, stack }: Topology, { name, own }: EngineNetwork): boolean {
  return own && SERVER_NETWORKS.some((part) => name === `${project}-${stack}-${part}`);
}

/** A network whose subnet is in use or too small. */
interface Fault {
  readonly plan: NetworkPlan;
  /** The subnet of its setting, which it has whole or a part of. */
  readonly subnet: string;
  readonly holders: readonly Holder[];
  /** The prefix of a subnet that the setting could have instead, no longer than it has. */
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
  const small = faults.filter(({ subnet, bits }) => bits < bitsOf(subnet));
  return [
    ...(kinds.length === 0 ? [] : [`that does not overlap ${kinds.join(", nor ")}`]),
    ...small.map(
      ({ plan, subnet, bits }) =>
        `with a /${bits} for networks.${plan.part}, whose containers do not fit into ${subnet}`,
    ),
  ].join(", and ");
}

function holdersOf(
  { engineName, subnet }: NetworkPlan,
  networks: readonly EngineNetwork[],
  interfaces: readonly MachineSubnet[],
): Holder[] {
  const itself = networks.find(({ name, own }) => own && name === engineName);
  const others = networks.filter((network) => network !== itself);
  // An existing network has already worked with this machine's.
  const elsewhere = itself?.subnets.includes(subnet) ? [] : interfaces;
  return [
    ...others
      .filter(({ subnets }) => subnets.some((taken) => isCidr(taken) && overlap(taken, subnet)))
      .map(({ name, subnets, own }) => ({
        kind: own ? "the stack's present network" : "the engine's network",
        name: `${name} (${subnets.join(", ")})`,
      })),
    ...elsewhere
      .filter((one) => overlap(one.subnet, subnet))
      .map((one) => ({ kind: "this machine's network", name: `${one.name} (${one.subnet})` })),
  ];
}

/**
 * The prefix length of the setting's subnet if it has room for the network's containers, else of the smallest that has.
 * The parts of a divided subnet have room: the configuration's rules see to it.
 */
function bitsFor(topology: Topology, { name, part, subnet }: NetworkPlan): number {
  const bits = bitsOf(topology.subnets[part]);
  if (subnet !== topology.subnets[part]) return bits;
  const containers = instances(topology).filter(({ attachments }) =>
    attachments.some(({ network }) => network === name),
  );
  return Math.min(bits, bitsWithRoom(containers.length));
}
