import type { Facts } from "../../stack/facts.ts";

/** Servers whose loss leaves visitors another way: what takes their requests does not depend on these. */
function spareServers({ config, topology }: Facts): string[] {
  const ways = topology.loadBalancers.flatMap(({ backends }) => backends).filter(({ traffic }) => traffic === "ready");
  return config.servers
    .map(({ name }) => name)
    .filter((name) => ways.some(({ servers }) => servers.includes(name)))
    .filter((name) => ways.some(({ servers }) => !servers.includes(name)));
}

/** The server that may be lost with all that is on it: no primary database, without which nobody could write. */
export function expendableServer(facts: Facts): string | undefined {
  const primary = facts.topology.cluster.databases.find(({ role }) => role === "first")?.server;
  return spareServers(facts)
    .filter((name) => name !== primary)
    .at(-1);
}

/** The server that may be taken out, and whose answers would be recognised: where only one takes requests, that one. */
export function maintainableServer(facts: Facts): string | undefined {
  return spareServers(facts).find((name) => facts.topology.applications.some(({ server }) => server === name));
}

/** All services on a server. */
export function servicesOn({ topology }: Facts, server: string): string[] {
  return [...topology.web, ...topology.applications, ...topology.routers, ...topology.cluster.databases]
    .filter((plan) => plan.server === server)
    .map(({ name }) => name);
}
