import ipaddr from "ipaddr.js";

/** Prefix bits that divide a range into its parts: each network gets a sixteenth. */
const PARTS_BITS = 4;

/**
 * The private blocks (RFC 1918, RFC 6598). A public subnet would take its addresses on the Internet away from the host,
 * which would route them into a bridge.
 */
export const PRIVATE_BLOCKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"] as const;

/**
 * The private /16 blocks in the order of proposal, without that of the default range: stacks without settings use it.
 */
const PROPOSED: readonly string[] = [
  ...numbers(202, 255).map((second) => `10.${second}`),
  ...numbers(0, 200).map((second) => `10.${second}`),
  ...numbers(16, 31).map((second) => `172.${second}`),
  "192.168",
];

/** An IPv4 subnet as numbers, from its own address to its broadcast address. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** Whether a text is a private IPv4 subnet for containers, in canonical CIDR form with zero host bits. */
export function isSubnet(text: string, { least, most }: { readonly least: number; readonly most: number }): boolean {
  if (!isCidr(text)) return false;
  const bits = bitsOf(text);
  // The engine's parser (Go) refuses octal numbers and fewer than four of them.
  if (text !== cidr(spanOf(text).first, bits)) return false;
  return bits >= least && bits <= most && PRIVATE_BLOCKS.some((block) => isInside(text, block));
}

/** Whether a text is an IPv4 subnet at all: networks can have IPv6 subnets, too. */
export function isCidr(text: string): boolean {
  return ipaddr.IPv4.isValidCIDR(text);
}

/** Whether an IPv4 address reaches no farther than its own machine. */
export function isLoopback(address: string): boolean {
  return ipaddr.IPv4.parse(address).range() === "loopback";
}

/** The length of a subnet's prefix. */
export function bitsOf(subnet: string): number {
  return ipaddr.IPv4.parseCIDR(subnet)[1];
}

/** Whether two IPv4 subnets in CIDR form share an address. */
export function overlap(a: string, b: string): boolean {
  return share(spanOf(a), spanOf(b));
}

/** Whether every address of an IPv4 subnet is in another one. */
export function isInside(subnet: string, other: string): boolean {
  const [inner, outer] = [spanOf(subnet), spanOf(other)];
  return inner.first >= outer.first && inner.last <= outer.last;
}

/** The address at an offset in a subnet; negative offsets count from the broadcast address, which is -1. */
export function addressIn(subnet: string, place: number): string {
  const { first, last } = spanOf(subnet);
  return dotted(place < 0 ? last + 1 + place : first + place);
}

/**
 * A part of a range, counted from 0: of 10.201.0.0/20 the third sixteenth is 10.201.2.0/24.
 * @param bits the part's prefix length; by default that of a sixteenth
 */
export function partOf(range: string, index: number, bits = bitsOf(range) + PARTS_BITS): string {
  return cidr(spanOf(range).first + index * sizeOf(bits), bits);
}

/** The number of a part in its range: the inverse of partOf. */
export function placeIn(range: string, part: string): number {
  const { first } = spanOf(part);
  return (first - spanOf(range).first) / sizeOf(bitsOf(part));
}

/** The prefix length of the range whose parts have a prefix length. */
export function rangeBits(partBits: number): number {
  return partBits - PARTS_BITS;
}

/** The number of containers' addresses in a subnet: all but the network's, the gateway's and the broadcast address. */
export function capacityOf(bits: number): number {
  return sizeOf(bits) - 3;
}

/** The prefix length of the smallest subnet with room for a number of containers. */
export function bitsWithRoom(containers: number): number {
  let bits = 32;
  while (capacityOf(bits) < containers) bits--;
  return bits;
}

/**
 * Proposes private subnets one after another that overlap neither the taken ones nor each other.
 * @param taken IPv4 subnets; other texts are ignored
 * @returns a function of the prefix length, from 16 to 28; it returns undefined if no subnet is left
 */
export function proposer(taken: readonly string[]): (bits: number) => string | undefined {
  const spans = taken.filter(isCidr).map(spanOf);
  return (bits) => {
    for (const first of candidates(bits)) {
      const span = { first, last: first + sizeOf(bits) - 1 };
      if (spans.some((other) => share(span, other))) continue;
      spans.push(span);
      return cidr(first, bits);
    }
    return undefined;
  };
}

/** The first subnet of every block comes first: such proposals are short and leave room behind them. */
function* candidates(bits: number): Generator<number> {
  const blocks = PROPOSED.map((block) => spanOf(`${block}.0.0/16`).first);
  yield* blocks;
  for (const block of blocks) {
    for (let part = 1; part < 2 ** (bits - 16); part++) yield block + part * sizeOf(bits);
  }
}

function share(a: Span, b: Span): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function spanOf(subnet: string): Span {
  const first = numberOf(ipaddr.IPv4.networkAddressFromCIDR(subnet));
  return { first, last: first + sizeOf(bitsOf(subnet)) - 1 };
}

function sizeOf(bits: number): number {
  return 2 ** (32 - bits);
}

function numberOf(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((number, octet) => number * 256 + octet, 0);
}

function cidr(first: number, bits: number): string {
  return `${dotted(first)}/${bits}`;
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
