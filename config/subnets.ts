import ipaddr from "ipaddr.js";

/** How many networks a range has room for: each gets a sixteenth of it. */
const PARTS_BITS = 4;

/** Blocks whose addresses no network's members can have: this host's, loopback, link-local, multicast and reserved ones. */
const UNUSABLE = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"];

/** The private blocks of /16 in the order in which they are proposed. The one with the default range is left to stacks that set none. */
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

/** Whether a text is an IPv4 subnet in its one CIDR form, with the host bits zero, that containers can be put into. */
export function isSubnet(text: string, { least, most }: { readonly least: number; readonly most: number }): boolean {
  if (!isCidr(text)) return false;
  const bits = bitsOf(text);
  // Go takes neither octal numbers nor fewer than four of them.
  if (text !== cidr(spanOf(text).first, bits)) return false;
  return bits >= least && bits <= most && !UNUSABLE.some((block) => overlap(block, text));
}

/** Whether a text is an IPv4 subnet at all; networks can have IPv6 ones. */
export function isCidr(text: string): boolean {
  return ipaddr.IPv4.isValidCIDR(text);
}

/** The length of a subnet's prefix. */
export function bitsOf(subnet: string): number {
  return ipaddr.IPv4.parseCIDR(subnet)[1];
}

/** Whether two IPv4 subnets in CIDR form share an address. */
export function overlap(a: string, b: string): boolean {
  return share(spanOf(a), spanOf(b));
}

/** The address at a place in a subnet; negative places count from its broadcast address, which is -1. */
export function addressIn(subnet: string, place: number): string {
  const { first, last } = spanOf(subnet);
  return dotted(place < 0 ? last + 1 + place : first + place);
}

/** A sixteenth of a range, counted from 0: of 10.201.0.0/20 the third is 10.201.2.0/24. */
export function partOf(range: string, index: number): string {
  const bits = bitsOf(range) + PARTS_BITS;
  return cidr(spanOf(range).first + index * sizeOf(bits), bits);
}

/** The range whose parts are of a size. */
export function rangeBits(partBits: number): number {
  return partBits - PARTS_BITS;
}

/** How many addresses containers can have in a subnet with a prefix: all but its own, the gateway's and the broadcast one. */
export function capacityOf(bits: number): number {
  return sizeOf(bits) - 3;
}

/**
 * Proposes private subnets, one after the other, that share no address with what is taken, nor with each other.
 * @param taken IPv4 subnets; texts that are none are passed over
 * @returns a function of the prefix's length, from 16 to 28, that returns undefined where none is left
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

/** The beginning of every block comes first, so that what is proposed is short and leaves room behind it. */
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
