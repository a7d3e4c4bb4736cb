import type { Limits, Query, Unit } from "../../queries.ts";

/** How a value looks: as what severity it would have. plain: no value of it is good or bad. */
export type Look = "well" | "warn" | "page" | "plain" | "unknown";

export function lookOf(value: number | undefined, limits: Limits | undefined): Look {
  if (value === undefined) return "unknown";
  if (limits === undefined) return "plain";
  const { side, warn, page } = limits;
  const isBeyond = (limit: number | undefined) =>
    limit !== undefined && (side === "above" ? value > limit : value < limit);
  if (isBeyond(page)) return "page";
  return isBeyond(warn) ? "warn" : "well";
}

/** A value for people; "?" stands for none. */
export function valueText(value: number | undefined, { unit }: Pick<Query, "unit">): string {
  return value === undefined ? "?" : TEXTS[unit](value);
}

const TEXTS: Readonly<Record<Unit, (value: number) => string>> = {
  yes: (value) => (value === 1 ? "yes" : "no"),
  count: (value) => value.toFixed(0),
  "per second": figure,
  "per minute": figure,
  seconds: duration,
};

/** Three digits at most, and none that says nothing. */
export function figure(value: number): string {
  if (value === 0) return "0";
  if (value < 0.1) return "< 0.1";
  if (value >= 10_000) return `${Math.round(value / 1_000)} k`;
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/** A value at an axis, which is a round one. */
export function scaleText(value: number, unit: Unit): string {
  if (value === 0) return "0";
  return unit === "seconds" ? duration(value) : String(Number(value.toPrecision(3)));
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** The largest unit of which there are two; milliseconds below a second. */
export function duration(seconds: number): string {
  if (seconds < 0) return seconds > -1 ? "0 s" : `-${duration(-seconds)}`;
  if (seconds === 0) return "0 s";
  if (seconds < 0.9995) return `${milliseconds(seconds * 1_000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1).replace(/\.0$/, "")} s`;
  if (seconds < 2 * MINUTE) return `${Math.floor(seconds)} s`;
  if (seconds < 2 * HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)} h`;
  return `${Math.floor(seconds / DAY)} d`;
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(0);
}

/** The time of day in UTC, as in the stack's logs. */
export function clock(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(11, 19)} UTC`;
}

/** Names in a row: lb1, lb2 and lb3. */
export function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
