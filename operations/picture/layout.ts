import type { NetworkName } from "../../config/choices.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Card, cardsOf, ROWS, type Row } from "./cards.ts";
import { type Column, columnsOf, framesOf } from "./columns.ts";
import { type Link, linksOf, VISITORS } from "./links.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedCard extends Card, Box {}

/** A link from the bottom of a card to the top of another; of databases, from bottom to bottom. */
export interface PlacedLink extends Link {
  readonly from: string;
  readonly start: readonly [x: number, y: number];
  readonly end: readonly [x: number, y: number];
}

/** A network, as a strip between two rows. */
export interface Strip extends Box {
  readonly part: NetworkName;
}

export interface TitledBox extends Box {
  readonly title: string;
  /** The hosts in it. */
  readonly hosts: readonly string[];
}

/** Where everything is, in pixels. */
export interface Layout {
  readonly width: number;
  /** The end of the drawing, below which the legend is. */
  readonly bottom: number;
  readonly strips: readonly Strip[];
  readonly frames: readonly TitledBox[];
  readonly servers: readonly TitledBox[];
  readonly visitors: Box;
  readonly cards: readonly PlacedCard[];
  readonly links: readonly PlacedLink[];
}

/** The strip above each row. */
const ABOVE: Readonly<Record<Row, NetworkName>> = {
  lb: "edge",
  web: "web",
  app: "app",
  router: "router",
  db: "data",
  helper: "replication",
  watch: "monitor",
};

const LABELS = 180;
const EDGE = 20;
const COLUMN = { width: 252, gap: 46, padding: 18 } as const;
const LEAST_WIDTH = 800;
const TOP = 100;
const PILL = { width: 124, height: 40 } as const;
/** From a strip to the cards beside it. */
const CLEARANCE = 5;
const STRIP = { height: 56, entry: 70, bus: 84 } as const;
/** The title of a box, in the strip above its first card. */
const HEADER = 46;
const CARD = { height: 58, line: 15, stack: 12 } as const;
/** The rim and the foot of a cylinder. */
const CYLINDER = 14;
/** From a frame of a machine to the boxes in it. */
const FRAME = 14;
/** Between two links at one card. */
const SPREAD = 28;

/**
 * Lays a stack out: servers are columns, tiers are rows, and networks are the strips between them.
 * @param leastWidth what the header needs
 */
export function layoutOf(topology: Topology, leastWidth: number): Layout {
  const columns = columnsOf(topology);
  const drawn = cardsOf(topology, columns);
  const content = columns.length * (COLUMN.width + COLUMN.gap) - COLUMN.gap;
  const width = Math.max(leastWidth, LEAST_WIDTH, EDGE + LABELS + content + 2 * EDGE);
  const left = EDGE + LABELS + (width - EDGE - LABELS - 2 * EDGE - content) / 2;
  const xOf = (column: number) => left + column * (COLUMN.width + COLUMN.gap);

  const rows = rowsOf(topology, columns, drawn);
  const cards = place(topology, drawn, rows, xOf, middleOf(topology, columns, xOf));
  const middle =
    (cards.filter(({ row }) => row === "lb").reduce((sum, card) => sum + centre(card), 0) || 0) /
    Math.max(1, topology.loadBalancers.length);
  const visitors = { x: middle - PILL.width / 2, y: TOP, ...PILL };
  const servers = boxesOf(topology, columns, cards, xOf);
  const bottom = Math.max(...rows.map(({ end }) => end), ...servers.map(({ y, height }) => y + height));
  const frames = framesOf(topology, columns).map(({ title, hosts, first, last }): TitledBox => {
    const top = (rows[0]?.start ?? 0) - HEADER;
    const x = xOf(first) - FRAME;
    return { title, hosts, x, y: top, width: xOf(last) + COLUMN.width + FRAME - x, height: bottom + FRAME - top };
  });
  return {
    width,
    bottom: bottom + (frames.length > 0 ? FRAME : 0),
    strips: rows.map(({ row, strip }) => ({ part: ABOVE[row], x: EDGE, width: width - 2 * EDGE, ...strip })),
    frames,
    servers,
    visitors,
    cards,
    links: connect(linksOf(topology), cards, visitors),
  };
}

interface PlacedRow {
  readonly row: Row;
  readonly strip: { readonly y: number; readonly height: number };
  readonly start: number;
  readonly end: number;
}

/** The rows with cards from top to bottom, each below its strip. */
function rowsOf(topology: Topology, columns: readonly Column[], cards: readonly Card[]): PlacedRow[] {
  let y = TOP + PILL.height + CLEARANCE;
  return ROWS.filter((row) => cards.some((card) => card.row === row)).map((row): PlacedRow => {
    const begins = columns.some(({ host }) => host !== undefined && firstRow(cards, columns, host) === row);
    const isHeaded = row === "lb" ? topology.isSeveral : begins;
    const plain = row === "lb" ? STRIP.entry : row === "helper" ? STRIP.bus : STRIP.height;
    const height = plain + (isHeaded ? HEADER : 0);
    const strip = { y, height };
    const start = y + height + CLEARANCE;
    const heights = columns.map((_, column) =>
      stackHeight(cards.filter((card) => card.row === row && (card.column === column || row === "lb"))),
    );
    const end = start + Math.max(...heights, CARD.height);
    y = end + CLEARANCE;
    return { row, strip, start, end };
  });
}

function heightOf({ names, row }: Card): number {
  return CARD.height + (names.length - 1) * CARD.line + (row === "db" ? CYLINDER : 0);
}

/** The height of a row's cards in one column. Load balancers are side by side. */
function stackHeight(cards: readonly Card[]): number {
  if (cards.some(({ row }) => row === "lb")) return Math.max(...cards.map(heightOf));
  return cards.reduce((sum, card, index) => sum + heightOf(card) + (index > 0 ? CARD.stack : 0), 0);
}

function place(
  topology: Topology,
  cards: readonly Card[],
  rows: readonly PlacedRow[],
  xOf: (column: number) => number,
  middle: number,
): PlacedCard[] {
  const lbs = cards.filter(({ row }) => row === "lb");
  return cards.map((card, index): PlacedCard => {
    const start = rows.find(({ row }) => row === card.row)?.start ?? 0;
    const above = cards.slice(0, index).filter((one) => one.row === card.row && one.column === card.column);
    const y = card.row === "lb" ? start : start + stackHeight(above) + (above.length > 0 ? CARD.stack : 0);
    const whole = COLUMN.width + COLUMN.gap;
    const x =
      card.row === "lb" && !topology.isSeveral
        ? middle - (lbs.length * whole - COLUMN.gap) / 2 + lbs.indexOf(card) * whole
        : xOf(card.column);
    return { ...card, x: x + COLUMN.padding, y, width: COLUMN.width - 2 * COLUMN.padding, height: heightOf(card) };
  });
}

/** Above the middle of the servers, the load balancers of one machine have their place. The arbiter does not count. */
function middleOf(
  { web, applications }: Topology,
  columns: readonly Column[],
  xOf: (column: number) => number,
): number {
  const hosts = [...web, ...applications].map(({ host }) => host);
  const places = columns.flatMap(({ host }, index) => (host !== undefined && hosts.includes(host) ? [xOf(index)] : []));
  return (Math.min(...places) + Math.max(...places) + COLUMN.width) / 2;
}

/** The first row in which a server has a card of its own. */
function firstRow(cards: readonly Card[], columns: readonly Column[], host: string): Row | undefined {
  const column = columns.findIndex((one) => one.host === host);
  return ROWS.find((row) => row !== "lb" && cards.some((card) => card.row === row && card.column === column));
}

/** A box around the cards of each server. */
function boxesOf(
  topology: Topology,
  columns: readonly Column[],
  cards: readonly PlacedCard[],
  xOf: (column: number) => number,
): TitledBox[] {
  const hosts = new Map(
    [
      ...topology.web,
      ...topology.applications,
      ...topology.routers,
      ...topology.cluster.databases,
      topology.cluster.controller,
      ...(topology.backups === undefined ? [] : [topology.backups]),
    ].map(({ name, host }) => [name, host]),
  );
  return columns.flatMap(({ host, title }, column): TitledBox[] => {
    const own = cards.filter(({ id }) => hosts.get(id) === host);
    if (host === undefined || own.length === 0) return [];
    const top = Math.min(...own.map(({ y }) => y)) - HEADER;
    const end = Math.max(...own.map(({ y, height }) => y + height)) + COLUMN.padding;
    return [{ title, hosts: [host], x: xOf(column), y: top, width: COLUMN.width, height: end - top }];
  });
}

function centre({ x, width }: Box): number {
  return x + width / 2;
}

/** Gives each link a place at its cards: side by side, in the order of their other ends, so that few cross. */
function connect(links: readonly Link[], cards: readonly PlacedCard[], visitors: Box): PlacedLink[] {
  const boxes = new Map<string, Box>([[VISITORS, visitors], ...cards.map((card): [string, Box] => [card.id, card])]);
  const middleOf = (id: string) => centre(boxes.get(id) ?? visitors);
  const isBelow = ({ kind }: Link) => kind === "replicate";
  const at = (id: string, side: "top" | "bottom", link: Link): readonly [number, number] => {
    const box = boxes.get(id) ?? visitors;
    const other = (one: Link) => middleOf(one.from === id ? one.to : one.from);
    const beside = links
      .filter((one) =>
        side === "top" ? one.to === id && !isBelow(one) : one.from === id || (one.to === id && isBelow(one)),
      )
      // From one source to several databases there is one bus.
      .filter((one, index, all) => !(isBelow(one) && one.from === id) || all.findIndex(isBelow) === index)
      .sort((a, b) => other(a) - other(b) || links.indexOf(a) - links.indexOf(b));
    const place = beside.indexOf(link);
    const shared = place < 0 ? beside.findIndex(isBelow) : place;
    const spread = id === VISITORS ? 0 : SPREAD;
    return [centre(box) + (shared - (beside.length - 1) / 2) * spread, side === "top" ? box.y : box.y + box.height];
  };
  return links.map((link) => ({
    ...link,
    start: at(link.from, "bottom", link),
    end: at(link.to, isBelow(link) ? "bottom" : "top", link),
  }));
}
