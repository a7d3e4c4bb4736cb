import { connections } from "../../topology/connections.ts";
import type { Topology } from "../../topology/plan.ts";
import { PEERS_PORT } from "../../topology/ports.ts";
import { HOST, NEIGHBOUR, type Open } from "./probe.ts";

/** Connections that are possible, as `from > to:port`, or `from > host` for any port of the host. */
export type Pairs = ReadonlySet<string>;

export function pairsOf(open: readonly Open[]): Pairs {
  return new Set(open.map(({ from, name, port }) => pair(from, name, port)));
}

function pair(from: string, to: string, port: number): string {
  return to === HOST ? `${from} > ${to}` : `${from} > ${to}:${port}`;
}

/**
 * The pairs that have to be possible: those of the plan, and those of the edge network, in which the engine gives the
 * host an address because it leads published ports there.
 */
export function plannedPairs(topology: Topology): Pairs {
  return new Set([
    ...connections(topology).flatMap(({ from, to, ports }) => ports.map((port) => pair(from, to, port))),
    ...topology.loadBalancers.flatMap(({ name, published }) => [
      ...[...published.map(({ target }) => target), PEERS_PORT].map((port) => pair(HOST, name, port)),
      pair(name, HOST, 0),
    ]),
  ]);
}

/**
 * Pairs that may be possible over TCP. Web servers share the load balancer's network, and Nginx listens there; it answers
 * the load balancers alone, whose certificate it asks for. An engine before version 28 leads packets from any neighbour
 * to ports that are published on the loopback address.
 */
export function tolerated({ loadBalancers, web }: Topology): Pairs {
  return new Set([
    ...loadBalancers.flatMap(({ name, published }) => published.map(({ target }) => pair(NEIGHBOUR, name, target))),
    ...web.flatMap(({ name: to, listeners }) =>
      web
        .filter(({ name }) => name !== to)
        .flatMap(({ name: from }) => listeners.map(({ port }) => pair(from, to, port))),
    ),
  ]);
}

/** A table of the ports that open: who connects in the rows, to whom in the columns. */
export function matrix(open: readonly Open[]): string {
  const order = (names: string[]) => [...new Set(names)].sort();
  const rows = order(open.map(({ from }) => from));
  const columns = order(open.map(({ name }) => name));
  const cell = (from: string, to: string) => {
    if (from === to) return "";
    const ports = open.filter((one) => one.from === from && one.name === to).map(({ port }) => port);
    if (ports.length === 0) return "-";
    return to === HOST ? "any" : [...new Set(ports)].sort((a, b) => a - b).join(", ");
  };
  return [
    `| from, to | ${columns.join(" | ")} |`,
    `| --- |${columns.map(() => " --- |").join("")}`,
    ...rows.map((from) => `| ${from} | ${columns.map((to) => cell(from, to)).join(" | ")} |`),
  ].join("\n");
}
