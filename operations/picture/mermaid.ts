import type { InstancePlan } from "../../topology/instancePlan.ts";
import { machinesOf } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Card, cardsOf } from "./cards.ts";
import { columnsOf, framesOf } from "./columns.ts";
import { type Link, linksOf, VISITORS } from "./links.ts";

/** Links that are dotted: reads, and what stands by. */
const DOTTED: readonly Link["kind"][] = ["read", "spare", "backup"];

const WORDS: Readonly<Record<Link["kind"], string>> = {
  request: "",
  write: "writes",
  read: "reads",
  replicate: "",
  backup: "backups",
  spare: "",
};

/** Draws a stack as the text of Mermaid, which GitHub and others show as a picture. */
export function mermaid(topology: Topology): string {
  const columns = columnsOf(topology);
  const cards = cardsOf(topology, columns).filter(({ id }) => linked(topology).has(id));
  const frames = framesOf(topology, columns);
  const machines = machinesOf(topology);
  const hosts = new Map(plansOf(topology).map(({ name, host }) => [name, host]));
  const alone = cards.filter(({ isAlone }) => isAlone).map(({ id }) => id);
  return [
    "flowchart LR",
    `  ${VISITORS}((visitors))`,
    ...(frames.length === 0
      ? cards.map((card) => `  ${node(card)}`)
      : frames.flatMap(({ title }, index) => [
          `  subgraph m${index}["${title}"]`,
          ...cards
            .filter(({ id }) => machines[index]?.hosts.includes(hosts.get(id) ?? ""))
            .map((card) => `    ${node(card)}`),
          "  end",
        ])),
    ...arrowsOf(topology).map((arrow) => `  ${line(topology, arrow)}`),
    ...(alone.length === 0
      ? []
      : ["  classDef alone stroke:#e03131,stroke-width:3px", `  class ${alone.join(",")} alone`]),
    "",
  ].join("\n");
}

function linked(topology: Topology): ReadonlySet<string> {
  return new Set(linksOf(topology).flatMap(({ from, to }) => [from, to]));
}

/** The containers that have cards with links. */
function plansOf({ loadBalancers, web, applications, routers, cluster, backups }: Topology): readonly InstancePlan[] {
  return [
    ...loadBalancers.map(({ pause }) => pause),
    ...web,
    ...applications,
    ...routers,
    ...cluster.databases,
    ...(backups === undefined ? [] : [backups]),
  ];
}

/** A container; databases are cylinders. */
function node({ id, row, title, tag, names, look }: Card): string {
  const word = row === "db" || look === "standby" ? tag : title;
  const label = `${names[0] ?? id}<br>${word}`;
  return row === "db" ? `${id}[("${label}")]` : `${id}["${label}"]`;
}

/** All links between two cards as one. */
interface Arrow extends Pick<Link, "from" | "to"> {
  readonly kinds: readonly Link["kind"][];
}

function arrowsOf(topology: Topology): Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const { from, to, kind } of linksOf(topology)) {
    const key = `${from} ${to}`;
    arrows.set(key, { from, to, kinds: [...(arrows.get(key)?.kinds ?? []), kind] });
  }
  return [...arrows.values()];
}

/** An arrow, with the network that it takes. */
function line(topology: Topology, { from, to, kinds }: Arrow): string {
  const told = kinds.map((kind) => WORDS[kind]).filter((word) => word !== "");
  const network = networkBetween(topology, from, to);
  const label = told.length === 0 ? network : `${network}: ${told.join(" and ")}`;
  return kinds.every((kind) => DOTTED.includes(kind))
    ? `${from} -. "${label}" .-> ${to}`
    : `${from} -- "${label}" --> ${to}`;
}

/** The network that two containers have in common. Visitors come by that of the load balancers. */
function networkBetween(topology: Topology, from: string, to: string): string {
  const plans = plansOf(topology);
  const networks = (name: string) =>
    name === VISITORS
      ? topology.networks.filter(({ part }) => part === "edge").map((network) => network.name)
      : (plans.find((plan) => plan.name === name)?.attachments ?? []).map(({ network }) => network);
  const common = networks(from).filter((network) => networks(to).includes(network));
  // Databases replicate apart from the queries.
  const isReplication = topology.cluster.databases.some(({ name }) => name === from);
  return (isReplication ? common.find((network) => network === "replication") : common[0]) ?? "";
}
