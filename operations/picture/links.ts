import type { Topology } from "../../topology/plan.ts";
import { holdersOf } from "../../topology/survival/effects.ts";
import { servingDatabases, waysOf } from "../../topology/survival/structure.ts";

/** The start of every request, in place of a card. */
export const VISITORS = "visitors";

/** spare: it is used when others fail. */
export const LINK_KINDS = ["request", "write", "read", "replicate", "backup", "spare"] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** A connection between two cards, by their ids. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly kind: LinkKind;
}

/** The links of a stack, in the order in which a request takes them. */
export function linksOf(topology: Topology): Link[] {
  return [
    ...toLoadBalancers(topology),
    ...alongWays(topology),
    ...toDatabases(topology),
    ...betweenDatabases(topology),
  ];
}

function toLoadBalancers(topology: Topology): Link[] {
  const holders = holdersOf(topology, () => true);
  return topology.loadBalancers.map(({ name, pause }) => {
    return { from: VISITORS, to: pause.name, kind: holders.includes(name) ? "request" : "spare" };
  });
}

/** One link for each pair of containers, although several routes may have it in common. */
function alongWays(topology: Topology): Link[] {
  const ways = waysOf(topology);
  const holders = holdersOf(topology, () => true);
  const isUsed = (web: string, application?: string) =>
    ways.some(
      (way) => way.web === web && (application === undefined || way.application.name === application) && !way.isSpare,
    );
  const webs = [...new Set(ways.map(({ web }) => web))];
  const toWeb = topology.loadBalancers.flatMap(({ name, pause }) =>
    webs.map((web): Link => {
      return { from: pause.name, to: web, kind: holders.includes(name) && isUsed(web) ? "request" : "spare" };
    }),
  );
  const toApplication = topology.web.flatMap(({ name, listeners }) =>
    listeners.flatMap(({ upstream }): Link[] => {
      const way = ways.some((one) => one.web === name && one.application.name === upstream.address);
      if (!way) return [];
      return [{ from: name, to: upstream.address, kind: isUsed(name, upstream.address) ? "request" : "spare" }];
    }),
  );
  return [...toWeb, ...toApplication];
}

/** Reads go to replicas, and to the primary where there is none. */
function toDatabases(topology: Topology): Link[] {
  const serving = servingDatabases(topology);
  const primary = serving.filter(({ role }) => role === "first");
  const replicas = serving.filter(({ role }) => role === "other");
  const readers = replicas.length > 0 ? replicas : primary;
  return topology.routers.flatMap(({ name, server }): Link[] => [
    ...topology.applications
      .filter((one) => one.server === server)
      .flatMap((one): Link[] => [
        { from: one.name, to: name, kind: "write" },
        { from: one.name, to: name, kind: "read" },
      ]),
    ...primary.map((one): Link => ({ from: name, to: one.name, kind: "write" })),
    ...readers.map((one): Link => ({ from: name, to: one.name, kind: "read" })),
  ]);
}

function betweenDatabases({ cluster, backups }: Topology): Link[] {
  const primary = cluster.databases.find(({ role }) => role === "first");
  const others = cluster.databases.filter(({ role }) => role !== "first");
  const source = cluster.databases.find(({ member }) => member === backups?.members[0]);
  return [
    ...others.map((one): Link => ({ from: primary?.name ?? "", to: one.name, kind: "replicate" })),
    ...(backups === undefined || source === undefined
      ? []
      : [{ from: source.name, to: backups.name, kind: "backup" } as const]),
  ];
}
