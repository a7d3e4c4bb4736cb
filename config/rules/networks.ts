import { DEFAULT_RANGE, NETWORKS, type NetworkName, SERVER_NETWORKS } from "../choices.ts";
import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { bitsForParts, type Divided } from "../serverSubnets.ts";
import { bitsOf, isSubnet, overlap, PRIVATE_BLOCKS, partOf, proposer, rangeBits } from "../subnets.ts";
import type { Surroundings } from "../surroundings.ts";
import { judged } from "../wellFormed.ts";

type Networks = Settings["networks"];

/** Prefix lengths of a range: each sixteenth of it has to be a valid subnet. */
const RANGE_BITS = { least: 16, most: 24 };
const SUBNET_BITS = { least: 16, most: 28 };
const PRIVATE = PRIVATE_BLOCKS.join(", ");
/** The prefix length of subnets that are proposed instead of a malformed one. */
const USUAL_BITS = 24;

/**
 * The subnet of each network: its own setting, else its part of the range. Networks with a malformed one are left out.
 */
export function subnetsOf(networks: Networks): Map<NetworkName, string> {
  return new Map(
    judged(
      ...NETWORKS.map((name, index) => (): [NetworkName, string][] => {
        const own = networks[name];
        if (own !== undefined) return isSubnet(own, SUBNET_BITS) ? [[name, own]] : [];
        return isRange(networks.range) ? [[name, partOf(networks.range, index)]] : [];
      }),
    ),
  );
}

/** The networks that only some stacks have: without a way out, and without monitoring and a log store, they are not made. */
const SOMETIMES_MADE = ["outbound", "monitor"] as const;
type SometimesMade = (typeof SOMETIMES_MADE)[number];

/** Rules for the range and the subnets. The proposed subnets overlap neither each other nor any subnet in use. */
export function networkChecks(
  networks: Networks,
  made: Readonly<Record<SometimesMade, boolean>>,
  { subnets: others, own }: Surroundings,
): Problem[] {
  const planned = subnetsOf(networks);
  // A stack of an earlier version may use the part of the range of a network that is not made.
  for (const name of SOMETIMES_MADE) if (!made[name] && networks[name] === undefined) planned.delete(name);
  const [range] = judged(() => (isRange(networks.range) ? [networks.range] : []));
  const elsewhere = proposer([...planned.values(), ...(range === undefined ? [] : [range]), ...others, ...own]);
  const isFree = (subnet: string, but?: NetworkName) =>
    ![...others, ...NETWORKS.flatMap((name) => (name === but ? [] : (planned.get(name) ?? [])))].some((taken) =>
      overlap(taken, subnet),
    );
  /** The network's part of the range if that is free, else a free subnet. */
  const example = (name: NetworkName, bits: number) => {
    const part = range === undefined ? undefined : partOf(range, NETWORKS.indexOf(name));
    return part !== undefined && isFree(part, name) ? part : elsewhere(bits);
  };
  const malformedRange = (): Problem[] =>
    isRange(networks.range)
      ? []
      : [
          {
            path: ["networks", "range"],
            value: networks.range,
            allowed: `a private IPv4 range in CIDR form whose host bits are zero, from /16 to /24 (each network gets a sixteenth of it), in ${PRIVATE}`,
            example: isFree(DEFAULT_RANGE) ? DEFAULT_RANGE : elsewhere(bitsOf(DEFAULT_RANGE)),
          },
        ];
  const malformedSubnet = (name: NetworkName) => (): Problem[] =>
    networks[name] === undefined || planned.has(name)
      ? []
      : [
          {
            path: ["networks", name],
            value: networks[name],
            allowed: `a private IPv4 subnet in CIDR form whose host bits are zero, from /16 to /28 (it holds the gateway and the containers), in ${PRIVATE}`,
            example: example(name, USUAL_BITS),
          },
        ];
  return [
    ...judged(malformedRange, ...NETWORKS.map(malformedSubnet)),
    ...overlapping(networks, planned).map(({ name, subnet, overlaps }) => ({
      path: ["networks", name],
      value: subnet,
      allowed: `a subnet that does not overlap ${overlaps.map((other) => `networks.${other}, ${planned.get(other)}`).join(", nor ")}`,
      example: example(name, bitsOf(subnet)),
    })),
  ];
}

/**
 * Rules for the subnets that are divided among the servers that run the application. A range whose parts are too small
 * is one problem.
 */
export function serverNetworkChecks(
  settings: Divided,
  networks: Networks,
  { subnets: others, own }: Surroundings,
): Problem[] {
  const planned = subnetsOf(networks);
  const propose = proposer([...planned.values(), networks.range, ...others, ...own]);
  const small = SERVER_NETWORKS.flatMap((name) => {
    const subnet = planned.get(name);
    const bits = bitsForParts(name, settings);
    return subnet !== undefined && bits < bitsOf(subnet) ? [{ name, subnet, bits }] : [];
  });
  const ofRange = small.filter(({ name }) => networks[name] === undefined);
  const room = (bits: number) => `of at least a /${bits}: each server that runs the application has a network in it`;
  const least = Math.min(...ofRange.map(({ bits }) => bits));
  return [
    ...(ofRange.length === 0
      ? []
      : [
          {
            path: ["networks", "range"],
            value: networks.range,
            allowed: `a range whose sixteenth is a subnet ${room(least)}`,
            example: propose(rangeBits(least)),
          },
        ]),
    ...small
      .filter(({ name }) => networks[name] !== undefined)
      .map(({ name, subnet, bits }) => ({
        path: ["networks", name],
        value: subnet,
        allowed: `a subnet ${room(bits)}`,
        example: propose(bits),
      })),
  ];
}

function isRange(text: string): boolean {
  return isSubnet(text, RANGE_BITS);
}

interface Overlapping {
  readonly name: NetworkName;
  readonly subnet: string;
  readonly overlaps: readonly NetworkName[];
}

/**
 * Of two overlapping networks, the one that has to move: the one with a setting of its own; if both have one, the
 * later.
 */
function overlapping(networks: Networks, planned: ReadonlyMap<NetworkName, string>): Overlapping[] {
  const all = [...planned];
  const moves = (name: NetworkName, other: NetworkName) =>
    networks[name] !== undefined && (networks[other] === undefined || NETWORKS.indexOf(other) < NETWORKS.indexOf(name));
  return all.flatMap(([name, subnet]) => {
    const overlaps = all.flatMap(([other, taken]) =>
      other !== name && moves(name, other) && overlap(subnet, taken) ? [other] : [],
    );
    return overlaps.length === 0 ? [] : [{ name, subnet, overlaps }];
  });
}
