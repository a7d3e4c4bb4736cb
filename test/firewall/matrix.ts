import { connections } from "../../topology/connections.ts";
import type { InstancePlan } from "../../topology/instancePlan.ts";
import { localPorts } from "../../topology/localPorts.ts";
import type { Topology } from "../../topology/plan.ts";
import { PEERS_PORT, STATISTICS_PORT } from "../../topology/ports.ts";
import { instances, tiersOf } from "../../topology/tiers.ts";
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
    ...watching(topology).map(({ name }) => pair(name, HOST, 0)),
  ]);
}

/** What is in the network that has an address of the host for them: monitoring and the log store. */
function watching(topology: Topology): readonly InstancePlan[] {
  const { monitoring, logs } = tiersOf(topology);
  return [...monitoring, ...logs];
}

/**
 * Pairs that may be possible over TCP. Web servers share the load balancer's network, and Nginx listens there; it answers
 * the load balancers alone, whose certificate it asks for. An engine before version 28 leads packets from any neighbour
 * to ports that are published on the loopback address.
 */
export function tolerated(topology: Topology): Pairs {
  const { loadBalancers, web } = topology;
  return new Set([
    ...besideMonitoring(topology),
    ...loadBalancers.flatMap(({ name, published }) => published.map(({ target }) => pair(NEIGHBOUR, name, target))),
    ...localPorts(topology).map(({ container, target }) => pair(NEIGHBOUR, container, target)),
    ...web.flatMap(({ name: to, listeners }) =>
      web
        .filter(({ name }) => name !== to)
        .flatMap(({ name: from }) => listeners.map(({ port }) => pair(from, to, port))),
    ),
  ]);
}

/**
 * Monitoring is in the networks of what it watches, where it could open every port, and has one of its own with an address
 * of the host. Figures are served in networks that others are in, too.
 */
function besideMonitoring(topology: Topology): string[] {
  const all = instances(topology).map(({ name, attachments }) => ({
    name,
    networks: attachments.map(({ network }) => network),
  }));
  const published = localPorts(topology).map(({ target }) => target);
  const ports = [...new Set([...connections(topology).flatMap((one) => one.ports), ...published, PEERS_PORT])];
  const beside = (name: string) => {
    const networks = all.find((one) => one.name === name)?.networks ?? [];
    return all.filter((one) => one.name !== name && one.networks.some((network) => networks.includes(network)));
  };
  const served = topology.monitoring === undefined ? [] : [...topology.web, ...topology.routers];
  return [
    ...watching(topology).flatMap(({ name }) => [
      ...beside(name).flatMap(({ name: to }) => ports.map((port) => pair(name, to, port))),
      ...ports.map((port) => pair(HOST, name, port)),
    ]),
    ...served.flatMap(({ name: to }) => beside(to).map(({ name }) => pair(name, to, STATISTICS_PORT))),
  ];
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
