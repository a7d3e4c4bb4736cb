import type { Topology } from "../../topology/plan.ts";
import { holdersOf } from "../../topology/survival/effects.ts";
import { waysOf } from "../../topology/survival/structure.ts";
import { singlePoints, survive } from "../../topology/survival.ts";
import { type Column, columnOf } from "./columns.ts";

/** The rows of the picture, from the visitors to the backups. Between two rows is the strip of a network. */
export const ROWS = ["lb", "web", "app", "router", "db", "helper", "watch"] as const;
export type Row = (typeof ROWS)[number];

/** A container, or containers that belong together, as a card. */
export interface Card {
  /** The container's name in the plan. */
  readonly id: string;
  readonly row: Row;
  readonly column: number;
  readonly title: string;
  /** A word at the right. */
  readonly tag: string;
  /** The names of its containers, a line each. */
  readonly names: readonly string[];
  /** primary: the database that takes writes. standby: it works when others fail. away: it gets no requests. */
  readonly look: "plain" | "primary" | "standby" | "away";
  /** Whether its first container is a single point of failure for visitors. */
  readonly isAlone: boolean;
  /** Its other containers that are one. */
  readonly alone: readonly string[];
}

type Drawn = Omit<Card, "isAlone" | "alone">;

/** What visitors miss without a single point of failure. The loss of backups is not seen in the picture. */
export const OF_VISITORS = ["pages", "reads", "writes", "jobs"] as const;

/** The cards of a stack. */
export function cardsOf(topology: Topology, columns: readonly Column[]): Card[] {
  const alone = singlePoints(survive(topology), OF_VISITORS);
  const at = (host: string) => columnOf(topology, columns, host);
  return [
    ...entries(topology, at),
    ...webServers(topology, at),
    ...applications(topology, at),
    ...databases(topology, at),
    ...helpers(topology, at),
  ].map((card) => ({
    ...card,
    isAlone: alone.includes(card.id),
    alone: card.names.filter((name) => name !== card.id && alone.includes(name)),
  }));
}

type At = (host: string) => number;

function entries(topology: Topology, at: At): Drawn[] {
  const holders = holdersOf(topology, () => true);
  return topology.loadBalancers.map(({ name, host, pause, haproxy, keepalived, vrrp }) => {
    const isHolding = holders.includes(name);
    return {
      id: pause.name,
      row: "lb",
      column: at(host),
      title: "HAProxy",
      tag: topology.loadBalancers.length === 1 ? "load balancer" : tagOf(isHolding, vrrp !== undefined),
      names: [pause.name, haproxy.name, ...(keepalived === undefined ? [] : [keepalived.name])],
      look: isHolding ? "plain" : "standby",
    };
  });
}

function tagOf(isHolding: boolean, hasAddress: boolean): string {
  if (!isHolding) return "stands by";
  return hasAddress ? "holds the address" : "load balancer";
}

function webServers(topology: Topology, at: At): Drawn[] {
  const ways = waysOf(topology);
  const backends = topology.loadBalancers[0]?.backends ?? [];
  const isWeighted = new Set(backends.map(({ weight }) => weight)).size > 1;
  return topology.web.map(({ name, host, listeners }) => {
    const own = ways.filter(({ web }) => web === name);
    const behind = backends.filter(({ address }) => address === name);
    const [first] = behind;
    const traffic = first === undefined || first.traffic === "ready" ? "" : first.traffic;
    const look = own.length === 0 ? "away" : own.every(({ isSpare }) => isSpare) ? "standby" : "plain";
    const usual = look === "standby" ? "stands by" : isWeighted ? `weight ${first?.weight}` : "";
    const tag = look === "away" && traffic !== "" ? traffic : usual || `:${listeners[0]?.port ?? ""}`;
    return { id: name, row: "web", column: at(host), title: "Nginx", tag, names: [name], look };
  });
}

function applications(topology: Topology, at: At): Drawn[] {
  const ways = waysOf(topology);
  const lookOf = (application: string) => {
    const own = ways.filter((way) => way.application.name === application);
    if (own.length === 0) return "away";
    return own.every(({ isSpare }) => isSpare) ? "standby" : "plain";
  };
  return topology.routers.flatMap(({ name, host, server }): Drawn[] => {
    const own = topology.applications.filter((one) => one.server === server);
    const others = topology.processes.filter((one) => one.server === server).map((one) => one.name);
    return [
      ...own.map(
        (one): Drawn => ({
          id: one.name,
          row: "app",
          column: at(host),
          title: "Application",
          tag: one.isOutbound ? "may go out" : `:${one.port}`,
          names: [one.name, ...others],
          look: lookOf(one.name),
        }),
      ),
      {
        id: name,
        row: "router",
        column: at(host),
        title: "Database router",
        tag: "HAProxy",
        names: [name],
        look: "plain",
      },
    ];
  });
}

function databases({ cluster }: Topology, at: At): Drawn[] {
  return cluster.databases.map(({ name, host, role, agent }) => ({
    id: name,
    row: "db",
    column: at(host),
    title: "MySQL",
    tag: { first: "primary", other: "replica", arbiter: "votes" }[role],
    names: [name, agent.name],
    look: ({ first: "primary", other: "plain", arbiter: "standby" } as const)[role],
  }));
}

/** Containers that no request passes through. */
function helpers({ cluster: { controller }, backups, monitoring, logStore }: Topology, at: At): Drawn[] {
  const beside = (row: Row) => (title: string, tag: string, host: string, names: readonly string[]) =>
    ({ id: names[0] ?? "", row, column: at(host), title, tag, names, look: "plain" }) satisfies Drawn;
  const [helper, watch] = [beside("helper"), beside("watch")];
  return [
    ...(backups === undefined
      ? []
      : [
          helper("Backups", `every ${backups.everyHours} h`, backups.host, [
            backups.name,
            ...(backups.reader === undefined ? [] : [backups.reader.name]),
          ]),
        ]),
    helper("Switchover", "controller", controller.host, [controller.name]),
    ...(monitoring?.watchers ?? []).map(
      ({ host, prometheus, alertmanager, blackboxExporter, mysqlExporter, nginxExporter, board, grafana }) =>
        watch(
          "Monitoring",
          "Prometheus",
          host,
          [prometheus, alertmanager, blackboxExporter, mysqlExporter, nginxExporter, board, grafana].flatMap(
            (one) => one?.name ?? [],
          ),
        ),
    ),
    ...(monitoring?.nodeExporters ?? []).map(({ name, host }) => watch("Figures", "of the machine", host, [name])),
    ...(logStore === undefined ? [] : [watch("Log store", "VictoriaLogs", logStore.host, [logStore.name])]),
  ];
}
