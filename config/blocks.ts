import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Blocks of IP addresses in CIDR form, IPv4 and IPv6: the addresses of visitors and of proxies in front of the stack. */

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** Blocks whose addresses are nobody's on the Internet. */
const PRIVATE = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
];

/**
 * Public blocks with shorter prefixes are wider than those that content delivery networks publish for their proxies, of
 * which 104.16.0.0/13 and 2a06:98c0::/29 are the widest.
 */
const NARROW_BITS = { ipv4: 12, ipv6: 28 } as const;

/**
 * Blocks that together have more public addresses than a block with this prefix are as wide. The networks that publish
 * the most for their proxies have a quarter of that.
 */
const TOGETHER_BITS = { ipv4: 8, ipv6: 20 } as const;

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Whether a text is a block in its usual spelling, with zero host bits. */
export function isBlock(text: string): boolean {
  return meantBlock(text) === text.toLowerCase();
}

/**
 * The block that a text was meant to be: with zero host bits, a prefix length instead of a mask or nothing, and without
 * surrounding spaces. undefined: it cannot be known.
 */
export function meantBlock(text: string): string | undefined {
  const [address = "", suffix, ...rest] = text.trim().split("/");
  // ipaddr.js also takes octal and hexadecimal numbers and fewer than four of them, which people do not mean.
  if (rest.length > 0 || isIP(address) === 0 || address.includes("%")) return undefined;
  const parsed = ipaddr.parse(address);
  const bits = prefixLength(parsed, suffix);
  if (bits === undefined) return undefined;
  // An IPv4 address in IPv6's notation.
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) {
    return bits < 96 ? undefined : meantBlock(`${parsed.toIPv4Address()}/${bits - 96}`);
  }
  const canonical = `${parsed}/${bits}`;
  const network =
    parsed instanceof ipaddr.IPv4
      ? ipaddr.IPv4.networkAddressFromCIDR(canonical)
      : ipaddr.IPv6.networkAddressFromCIDR(canonical);
  return `${network}/${bits}`;
}

function prefixLength(address: Address, suffix: string | undefined): number | undefined {
  const most = BITS[address.kind()];
  if (suffix === undefined) return most;
  if (/^\d{1,3}$/.test(suffix)) return Number(suffix) <= most ? Number(suffix) : undefined;
  if (address.kind() === "ipv6" || isIP(suffix) !== 4) return undefined;
  return ipaddr.IPv4.parse(suffix).prefixLengthFromSubnetMask() ?? undefined;
}

export function isIPv6Block(block: string): boolean {
  return block.includes(":");
}

/** Whether every address of a block is in another one. */
export function isWithin(block: string, other: string): boolean {
  const [address, bits] = ipaddr.parseCIDR(block);
  const [around, shorter] = ipaddr.parseCIDR(other);
  return address.kind() === around.kind() && bits >= shorter && address.match(around, shorter);
}

function isPrivate(block: string): boolean {
  return PRIVATE.some((other) => isWithin(block, other));
}

/** Whether a block holds addresses of many strangers: whoever has one of them would be believed. */
export function isVeryWide(block: string): boolean {
  if (isPrivate(block)) return false;
  const [address, bits] = ipaddr.parseCIDR(block);
  return bits < NARROW_BITS[address.kind()];
}

/** Whether blocks that are not wide each hold addresses of many strangers together. */
export function areVeryWide(blocks: readonly string[]): boolean {
  const open = blocks.filter((block) => !isPrivate(block)).map((block) => ipaddr.parseCIDR(block));
  return (["ipv4", "ipv6"] as const).some((kind) => {
    const share = open.reduce((sum, [address, bits]) => sum + (address.kind() === kind ? 2 ** -bits : 0), 0);
    return share > 2 ** -TOGETHER_BITS[kind];
  });
}

/**
 * Blocks that hold the address of clients on the load balancer's host, its edge network's gateway, only because they are
 * wider than that network. With Docker Desktop all clients have it. A loopback block, or one in the network that has the
 * gateway, says that the host is meant.
 */
export function widerThan(edge: string, host: string, blocks: readonly string[]): string[] {
  const meansHost = (block: string) => isLoopbackBlock(block) || (isWithin(block, edge) && isWithin(host, block));
  return blocks.some(meansHost) ? [] : blocks.filter((block) => isWithin(edge, block));
}

/** Whether a block is a machine's own: the setting means the host itself. */
export function isLoopbackBlock(block: string): boolean {
  return isWithin(block, "127.0.0.0/8") || isWithin(block, "::1/128");
}

/** Whether an address reaches no farther than its own machine. */
export function isLoopbackAddress(address: string): boolean {
  return isLoopbackBlock(`${address}/${isIP(address) === 6 ? BITS.ipv6 : BITS.ipv4}`);
}
