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

/**
 * A server that may be lost with all its containers: one without the configured primary database, which writes need.
 */
export function expendableServer(stack: Stack): string | undefined {
  const primary = stack.topology.cluster.databases.find(({ role }) => role === "first")?.server;
  return replaceableServers(stack)
    .filter((name) => name !== primary)
    .at(-1);
}

/**
 * The first server with an application that may be taken out. Answers show its name, so one by mistake is noticed; in
 * mode active-passive it is the server that gets all requests.
 */
export function maintainableServer(stack: Stack): string | undefined {
  return replaceableServers(stack).find((name) => stack.topology.applications.some(({ server }) => server === name));
}

/** All services on a server, which are lost with its machine. */
export function servicesOn({ topology }: Stack, server: string): string[] {
  return instances(topology)
    .filter(({ host }) => host === server)
    .map(({ name }) => name);
}
