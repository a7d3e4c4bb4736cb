import { createHash } from "node:crypto";
import type { ServerNetworkName } from "./choices.ts";
import { routes, serversWith } from "./routes.ts";
import type { ServerSettings, Settings } from "./schema.ts";
import { bitsOf, bitsWithRoom, partOf } from "./subnets.ts";

/** A subnet has this many parts, as bits, unless more servers or larger networks need another number. */
const USUAL_PARTS_BITS = 4;

/** The settings that decide how subnets are divided. */
export type Divided = Pick<Settings, "servers" | "application">;

/**
 * The longest prefix of a subnet that has a part for each application server, and in each part room for its containers.
 */
export function bitsForParts(network: ServerNetworkName, settings: Divided): number {
  return bitsWithRoom(largest(network, settings)) - partsBits(settings.servers);
}

/**
 * The subnet of each application server's own network: a part of the setting's subnet, which has room for all of them
 * (bitsForParts). A server's setting or its name decides its part: server3 has the third after the first. If another
 * server before it in the list has that part, it has the next free one. So a server that comes or goes moves no network
 * but that of a server with the same number, and the preflight refuses that move (preflight/movedNetworks.ts).
 */
export function serverSubnets(network: ServerNetworkName, subnet: string, settings: Divided): Map<string, string> {
  const { servers } = settings;
  const bits = partBits(network, subnet, settings);
  const parts = partsOf(network, subnet, settings);
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
export function partsOf(network: ServerNetworkName, subnet: string, settings: Divided): number {
  return 2 ** (partBits(network, subnet, settings) - bitsOf(subnet));
}

function partBits(network: ServerNetworkName, subnet: string, settings: Divided): number {
  const whole = bitsOf(subnet);
  const roomy = Math.min(whole + USUAL_PARTS_BITS, bitsWithRoom(largest(network, settings)));
  return Math.max(roomy, whole + partsBits(settings.servers));
}

/**
 * The most containers that one server's network has: the application, and the router with its successor, or the web
 * servers. In the router's network there are also the application's other processes, and its migration. Beside the web
 * servers there may be the application's probe.
 */
function largest(network: ServerNetworkName, { servers, application }: Divided): number {
  if (network === "router") return 2 + processesOnServer(application) + (application.migrate === undefined ? 0 : 1);
  const all = routes(servers);
  const webServers = serversWith(servers, "app").map(
    ({ name }) => all.filter(({ application }) => application.name === name).length,
  );
  return 1 + Math.max(1, ...webServers) + ((application.image ?? application.build) ? 1 : 0);
}

/** The most containers of other processes that a server has. */
function processesOnServer({ processes }: Settings["application"]): number {
  return Object.values(processes).reduce((sum, { replicas }) => sum + replicas, 0);
}

function partsBits(servers: readonly ServerSettings[]): number {
  return Math.ceil(Math.log2(Math.max(1, serversWith(servers, "app").length)));
}

/** The number at a name's end; for a name without one, a number that depends on the name alone. */
export function numberOf(name: string): number {
  const digits = /\d{1,9}$/.exec(name)?.[0];
  return digits === undefined ? createHash("sha256").update(name).digest().readUInt32BE() : Number(digits);
}
