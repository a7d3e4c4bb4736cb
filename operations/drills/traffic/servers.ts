import { instances } from "../../../topology/tiers.ts";
import type { Stack } from "../../stack/stack.ts";

/** Servers that requests use and whose loss leaves at least one route. */
function replaceableServers({ config, topology }: Stack): string[] {
  const routes = topology.loadBalancers
    .flatMap(({ backends }) => backends)
    .filter(({ traffic }) => traffic === "ready");
  return config.servers
    .map(({ name }) => name)
    .filter((name) => routes.some(({ servers }) => servers.includes(name)))
    .filter((name) => routes.some(({ servers }) => !servers.includes(name)));
}

/** The server that may be lost with all that is on it: no primary database, without which nobody could write. */
export function expendableServer(stack: Stack): string | undefined {
  const primary = stack.topology.cluster.databases.find(({ role }) => role === "first")?.server;
  return replaceableServers(stack)
    .filter((name) => name !== primary)
    .at(-1);
}

/** The server that may be taken out, and whose answers would be recognised: where only one takes requests, that one. */
export function maintainableServer(stack: Stack): string | undefined {
  return replaceableServers(stack).find((name) => stack.topology.applications.some(({ server }) => server === name));
}

/** All services on a server: what is lost with its machine. */
export function servicesOn({ topology }: Stack, server: string): string[] {
  return instances(topology)
    .filter(({ host }) => host === server)
    .map(({ name }) => name);
}
