import type { NetworkName } from "../../config/choices.ts";
import { machinesOf } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import { isSinglePoint, survive } from "../../topology/survival.ts";
import { summaryOf } from "../explain/terms.ts";
import { OF_VISITORS } from "./cards.ts";
import { type Layout, layoutOf, type PlacedCard, type Strip, type TitledBox } from "./layout.ts";
import { legend } from "./legend.ts";
import { arrowHeads, drawLinks } from "./lines.ts";
import { escaped, group, rect, round, text, widthOf } from "./marks.ts";
import { styleSheet } from "./style.ts";

/** From the drawing to the legend, and from there to the edge. */
const BELOW = 34;
const MARGIN = 38;

/**
 * Draws a stack as SVG: servers are columns, tiers are rows, networks are the strips between them. It is light or dark
 * as the reader's page is. A red outline is a single point of failure. The same plan gives the same bytes.
 */
export function draw(topology: Topology): string {
  const title = `${topology.project} · ${topology.stack}`;
  const note = engineNote(topology);
  const header = [widthOf(title, 25), widthOf(summaryOf(topology), 13.5) - note.width].map(
    (size) => size + note.width + 3 * MARGIN,
  );
  const layout = layoutOf(topology, Math.ceil(Math.max(...header)));
  const { width, bottom, strips, frames, servers, visitors, cards } = layout;
  const end = Math.max(bottom, ...strips.map(({ y, height }) => y + height));
  const alone = aloneHosts(topology);
  const { lines, height: legendHeight } = legend(MARGIN, end + BELOW, width - 2 * MARGIN, used(layout, alone));
  const height = round(end + BELOW + legendHeight);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(`${title}: ${summaryOf(topology)}`)}</title>`,
    styleSheet(),
    arrowHeads(),
    rect(0, 0, width, height, 22, "paper"),
    text(MARGIN, 46, "title", title),
    text(MARGIN, 69, "subtitle", summaryOf(topology)),
    ...note.drawn(width - MARGIN),
    ...strips.map((strip) => drawStrip(topology, strip)),
    ...frames.map((frame) => drawFrame(frame, alone)),
    ...servers.map(drawServer),
    ...drawLinks(topology, layout),
    // Above the links, which keep a distance from them.
    ...frames.map(({ title, x, y }) => text(x + 18, y + 26, "framename", title)),
    ...servers.map(({ title, x, y }) => text(x + 18, y + 28, "boxname", title)),
    group(
      "client",
      rect(visitors.x, visitors.y, visitors.width, visitors.height, 20),
      text(visitors.x + visitors.width / 2, visitors.y + 25.5, "name", "visitors", "middle"),
    ),
    ...cards.map(drawCard),
    ...lines,
    "</svg>",
  ].join("\n")}\n`;
}

/** The hosts of machines that are single points of failure. */
function aloneHosts(topology: Topology): readonly string[] {
  const engines = survive(topology).filter(({ unit }) => unit.kind === "engine");
  return machinesOf(topology).flatMap(({ hosts }, index) => {
    const engine = engines[index];
    return engine !== undefined && isSinglePoint(engine, OF_VISITORS) ? hosts : [];
  });
}

/** One engine is a single point of failure that no container shows. */
function engineNote({ isSeveral }: Topology): { readonly width: number; drawn(right: number): string[] } {
  if (isSeveral) return { width: 0, drawn: () => [] };
  const words = "on one Docker engine: its loss is the site's";
  const width = widthOf(words, 12) + 24;
  return {
    width,
    drawn: (right) => [
      rect(right - width, 30, width, 26, 13, "alonekey"),
      text(right - width / 2, 47.2, "legend", words, "middle"),
    ],
  };
}

function drawStrip(topology: Topology, { part, x, y, width, height }: Strip): string {
  const own = topology.networks.filter((network) => network.part === part);
  const middle = y + height / 2;
  const note = noteOf(topology, part);
  const top = middle - (note === "" ? 4 : 10);
  return group(
    `net ${part}`,
    rect(x, y, width, height, 12),
    text(MARGIN, top, "netname", part),
    text(MARGIN, top + 15, "mono faint", own.length === 1 ? (own[0]?.subnet ?? "") : topology.subnets[part]),
    ...(note === "" ? [] : [text(MARGIN, top + 29, "mono faint", note)]),
  );
}

function noteOf(topology: Topology, part: NetworkName): string {
  const own = topology.networks.filter((network) => network.part === part);
  if (own.some(({ overlay }) => overlay !== undefined)) return "between machines";
  if (own.some(({ server }) => server !== undefined)) return own.length > 1 ? "one for each server" : "";
  return own.length > 1 ? "one on each machine" : "";
}

function drawFrame(frame: TitledBox, alone: readonly string[]): string {
  const { x, y, width, height } = frame;
  return group(
    frame.hosts.some((host) => alone.includes(host)) ? "frame alone" : "frame",
    rect(x, y, width, height, 20),
  );
}

function drawServer({ x, y, width, height }: TitledBox): string {
  return group("server", rect(x, y, width, height, 16));
}

function drawCard(card: PlacedCard): string {
  const kind = ["card", card.row, ...(card.look === "plain" ? [] : [card.look]), ...(card.isAlone ? ["alone"] : [])];
  const { x, y, width, height, title, tag, names } = card;
  const isDatabase = card.row === "db";
  const top = isDatabase ? y + 8 : y;
  return group(
    kind.join(" "),
    ...(isDatabase ? cylinder(card) : [rect(x, y, width, height, 11, "face"), accent(card)]),
    text(x + 18, top + 25, "name", title),
    text(x + width - 14, top + 25, "tag", tag, "end"),
    ...names.map((name, line) => text(x + 18, top + 43 + 15 * line, nameKind(card, name), name)),
  );
}

/** The primary is filled, and its text is white. */
function nameKind({ look, alone }: PlacedCard, name: string): string {
  if (alone.includes(name)) return "mono warning";
  return look === "primary" ? "mono" : "mono faint";
}

function accent({ x, y, height }: PlacedCard): string {
  return `<path class="accent" d="M${round(x + 5)} ${round(y + 12)}v${round(height - 24)}"/>`;
}

/** A database is a cylinder. */
function cylinder({ x, y, width, height }: PlacedCard): string[] {
  const [left, right, radius] = [round(x), round(x + width), round(width / 2)];
  const [top, bottom] = [round(y + 9), round(y + height - 9)];
  return [
    `<path class="face" d="M${left} ${top}A${radius} 9 0 0 1 ${right} ${top}V${bottom}A${radius} 9 0 0 1 ${left} ${bottom}Z"/>`,
    `<path class="rim" d="M${left} ${top}A${radius} 9 0 0 0 ${right} ${top}"/>`,
  ];
}

/** What the legend has to explain. */
function used({ links, cards }: Layout, alone: readonly string[]) {
  return {
    links: new Set(links.map(({ kind }) => kind)),
    hasStandby: cards.some(({ look }) => look === "standby"),
    hasAlone: alone.length > 0 || cards.some((card) => card.isAlone || card.alone.length > 0),
  };
}
