import type { Topology } from "../../topology/plan.ts";
import type { Layout, PlacedLink } from "./layout.ts";
import { LINK_KINDS, VISITORS } from "./links.ts";
import { chip, round } from "./marks.ts";

/** The end of a line before a card, for its arrow head. */
const HEAD = 2;
/** The bend of a bus. */
const BEND = 14;

/** The arrow heads, one for each kind of link. */
export function arrowHeads(): string {
  const marker = (kind: string) =>
    `<marker id="${kind}" viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="6.5" markerHeight="6.5" orient="auto-start-reverse"><path d="M0 .6 7.4 4 0 7.4z" class="head ${kind}"/></marker>`;
  return `<defs>${LINK_KINDS.map(marker).join("")}</defs>`;
}

/** The lines of all links, and then their labels, which stay readable. */
export function drawLinks(topology: Topology, layout: Layout): string[] {
  const { links } = layout;
  const bus = busOf(layout);
  return [
    ...links.map((link) => path(link, link.kind === "replicate" ? overBus(link, bus) : curve(link))),
    ...ways(topology, layout),
    ...routerPorts(topology, links),
    ...replication(topology, links, bus),
  ];
}

function path({ kind }: PlacedLink, course: string): string {
  return `<path class="link ${kind}" marker-end="url(#${kind})" d="${course}"/>`;
}

/** From one row to the next. */
function curve({ start: [x, y], end: [toX, toY] }: PlacedLink): string {
  const end = toY - HEAD;
  const bend = round(Math.max(Math.abs(end - y) * 0.75, 34));
  if (Math.abs(toX - x) < 1) return `M${round(x)} ${round(y)}V${round(end)}`;
  return `M${round(x)} ${round(y)}C${round(x)} ${round(y + bend)} ${round(toX)} ${round(end - bend)} ${round(toX)} ${round(end)}`;
}

/** The height of the line that databases replicate over. */
function busOf({ strips }: Layout): number {
  const strip = strips.find(({ part }) => part === "replication");
  return strip === undefined ? 0 : strip.y + strip.height * 0.5;
}

/** Down from a database, along the bus, and up to another. */
function overBus({ start: [x, y], end: [toX, toY] }: PlacedLink, bus: number): string {
  const [bend, sweep] = toX > x ? [BEND, 1] : [-BEND, -1];
  const before = round(toX - bend);
  const up = round(toY + HEAD);
  return `M${round(x)} ${round(y)}V${round(bus - BEND)}q0 ${BEND} ${bend} ${BEND}H${before}q${bend} 0 ${sweep * BEND} -${BEND}V${up}`;
}

/** The addresses by which visitors reach each load balancer. */
function ways(topology: Topology, { links }: Layout): string[] {
  return topology.loadBalancers.flatMap(({ name, pause, vrrp }) => {
    const link = links.find(({ from, to }) => from === VISITORS && to === pause.name);
    if (link === undefined) return [];
    const own = (vrrp?.instances ?? []).filter(({ virtualAddress, priority }) =>
      topology.loadBalancers.every(
        (other) =>
          other.name === name ||
          (other.vrrp?.instances.find((one) => one.virtualAddress === virtualAddress)?.priority ?? 0) < priority,
      ),
    );
    const words = vrrp === undefined ? [new URL(topology.url).host] : own.map(({ virtualAddress }) => virtualAddress);
    const [middle, height] = [(link.start[0] + link.end[0]) / 2, (link.start[1] + link.end[1]) / 2];
    return words.map((word, index) => chip(middle, height + 20 * index, word));
  });
}

/** The router's ports beside the lines to it: the port says whether a connection is for writes or for reads. */
function routerPorts({ routers }: Topology, links: readonly PlacedLink[]): string[] {
  return routers.flatMap(({ name, ports }) =>
    links
      .filter(({ to }) => to === name)
      .map(({ kind, start: [x, y], end: [, toY] }) => {
        const isWrite = kind === "write";
        return chip(x + (isWrite ? -38 : 38), (y + toY) / 2, `:${isWrite ? ports.write : ports.read}`, kind);
      }),
  );
}

/** How a commit reaches the other databases, on the last part of the bus. */
function replication({ cluster }: Topology, links: readonly PlacedLink[], bus: number): string[] {
  const own = links.filter(({ kind }) => kind === "replicate");
  const [first] = own;
  if (first === undefined) return [];
  const words = {
    async: "a commit waits for nobody",
    semisync:
      cluster.withoutReplica === "wait" ? "a commit waits for a replica" : "a commit waits, if there is a replica",
    group: "a commit waits for the majority",
  }[cluster.replication];
  const nearest =
    [...own].sort((a, b) => Math.abs(a.end[0] - a.start[0]) - Math.abs(b.end[0] - b.start[0]))[0] ?? first;
  return [chip((nearest.start[0] + nearest.end[0]) / 2, bus, words, "replicate")];
}
