import { createHash } from "node:crypto";
import type { ServerNetworkName } from "./choices.ts";
import { routes, serversWith } from "./routes.ts";
import type { ServerSettings } from "./schema.ts";
import { bitsOf, bitsWithRoom, partOf } from "./subnets.ts";

/** A subnet has this many parts, as bits, unless more servers or larger networks need another number. */
const USUAL_PARTS_BITS = 4;

/**
 * The longest prefix of a subnet that has a part for each application server, and in each part room for its containers.
 */
export function bitsForParts(network: ServerNetworkName, servers: readonly ServerSettings[]): number {
  return bitsWithRoom(largest(network, servers)) - partsBits(servers);
}

/**
 * The subnet of each application server's own network: a part of the setting's subnet, which has room for all of them
 * (bitsForParts). A server's setting or its name decides its part: server3 has the third after the first. If another
 * server before it in the list has that part, it has the next free one. So a server that comes or goes moves no network
 * but that of a server with the same number, and the preflight refuses that move (preflight/movedNetworks.ts).
 */
export function serverSubnets(
  network: ServerNetworkName,
  subnet: string,
  servers: readonly ServerSettings[],
): Map<string, string> {
  const bits = partBits(network, subnet, servers);
  const parts = partsOf(network, subnet, servers);
  const all = serversWith(servers, "app");
  const taken = new Set(all.flatMap(({ subnetPart }) => subnetPart ?? []));
  const free = (name: string) => {
    let part = numberOf(name) % parts;
    while (taken.has(part)) part = (part + 1) % parts;
    taken.add(part);
    return part;
  };
  return new Map(all.map(({ name, subnetPart }) => [name, partOf(subnet, subnetPart ?? free(name), bits)]));
}

/** The number of parts that a subnet has for servers. */
export function partsOf(network: ServerNetworkName, subnet: string, servers: readonly ServerSettings[]): number {
  return 2 ** (partBits(network, subnet, servers) - bitsOf(subnet));
}

function partBits(network: ServerNetworkName, subnet: string, servers: readonly ServerSettings[]): number {
  const whole = bitsOf(subnet);
  const roomy = Math.min(whole + USUAL_PARTS_BITS, bitsWithRoom(largest(network, servers)));
  return Math.max(roomy, whole + partsBits(servers));
}

/** The most containers that one server's network has: the application, and the router or the web servers. */
function largest(network: ServerNetworkName, servers: readonly ServerSettings[]): number {
  if (network === "router") return 2;
  const all = routes(servers);
  const webServers = serversWith(servers, "app").map(
    ({ name }) => all.filter(({ application }) => application.name === name).length,
  );
  return 1 + Math.max(1, ...webServers);
}

function partsBits(servers: readonly ServerSettings[]): number {
  return Math.ceil(Math.log2(Math.max(1, serversWith(servers, "app").length)));
}

/** The number at a name's end; for a name without one, a number that depends on the name alone. */
export function numberOf(name: string): number {
  const digits = /\d{1,9}$/.exec(name)?.[0];
  return digits === undefined ? createHash("sha256").update(name).digest().readUInt32BE() : Number(digits);
}
