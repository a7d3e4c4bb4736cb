import uPlot from "uplot";
import type { Chart, Query } from "../../queries.ts";
import type { Span } from "./ask.ts";
import { element } from "./elements.ts";
import type { Line } from "./snapshot.ts";
import { scaleText, valueText } from "./text.ts";

/** A line with the query whose value it is. */
export interface Drawn extends Line {
  readonly query: Query;
}

/** The number of colours in the style sheet. */
const COLOURS = 6;

/** Draws lines over time, with the present values below, or those at the pointer. */
export function drawChart({ title, least }: Chart, span: Span, lines: readonly Drawn[]): HTMLElement {
  const card = element("div", "card chart", element("h2", "", title));
  const named = lines.map((line) => ({ ...line, name: nameOf(line) })).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (named.length === 0) {
    card.append(element("div", "plot empty", "no figures"));
    return card;
  }
  const times: number[] = [];
  for (let time = span.start; time <= span.end; time += span.step) times.push(time);
  const values = named.map((line) => times.map((time) => line.values.get(time) ?? null));
  const present = named.map(() => element("b", ""));
  const say = (index: number) => {
    for (const [at, { query }] of named.entries()) {
      const value = values[at]?.[index] ?? undefined;
      present[at]?.replaceChildren(value === undefined ? "–" : valueText(value, query));
    }
  };
  const place = element("div", "plot");
  card.append(place, legend(named, present));
  const last = times.length - 1;
  say(last);
  // It has its size when it is in the page.
  requestAnimationFrame(() => {
    const plot = new uPlot(
      options(place, named, least, (index) => say(index ?? last)),
      [times, ...values],
      place,
    );
    const observer = new ResizeObserver(() => {
      if (!place.isConnected) observer.disconnect();
      else plot.setSize({ width: place.clientWidth, height: place.clientHeight });
    });
    observer.observe(place);
  });
  return card;
}

function nameOf({ query, labels }: Drawn): string {
  return query.by === undefined ? query.title : (labels[query.by] ?? "");
}

function colour(index: number): string {
  return style(`--line-${(index % COLOURS) + 1}`);
}

function style(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function legend(lines: readonly { readonly name: string }[], values: readonly HTMLElement[]): HTMLElement {
  return element(
    "p",
    "legend",
    ...lines.map(({ name }, index) => {
      const swatch = element("i", "");
      swatch.style.background = colour(index);
      return element("span", "", swatch, `${name} `, values[index] ?? "");
    }),
  );
}

/** uPlot draws on a canvas, which knows no style sheet. */
function options(
  place: HTMLElement,
  lines: readonly { readonly query: Query }[],
  least: number,
  pointed: (index: number | null | undefined) => void,
): uPlot.Options {
  const unit = lines[0]?.query.unit ?? "count";
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const axis = {
    stroke: style("--quiet"),
    font: `${Math.round(rem * 0.8)}px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: style("--grid"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: place.clientWidth,
    height: place.clientHeight,
    padding: [rem * 0.5, rem * 0.6, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
    scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, least)] } },
    axes: [
      { ...axis, values: "{HH}:{mm}", size: rem * 1.6, space: rem * 4.5 },
      {
        ...axis,
        values: (_, splits) => splits.map((value) => scaleText(value, unit)),
        size: rem * 3.4,
        space: rem * 2.2,
      },
    ],
    series: [
      {},
      ...lines.map((_, index) => ({
        stroke: colour(index),
        width: 2,
        points: { show: false },
        ...(lines.length === 1 ? { fill: `${colour(index)}22` } : {}),
      })),
    ],
    hooks: { setCursor: [({ cursor }) => pointed(cursor.idx)] },
  };
}
