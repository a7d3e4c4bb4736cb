import { beginOf, figuresOf as rowFigures } from "../database/measure.ts";
import type { Note } from "../database/notes.ts";
import { excessesOf, fields, longestSilence } from "../figures.ts";
import { type Answer, isSuccess } from "../traffic/measure.ts";
import type { Target } from "./targets.ts";

/** The figures of a machine's loss. Times are in milliseconds. */
export interface Figures {
  readonly requests: number;
  readonly failed: number;
  /** The longest time without a successful answer. */
  readonly gapMs: number;
  /** Rows that were acknowledged. */
  readonly acked: number;
  /** Rows that were acknowledged and are missing. */
  readonly lost: number;
  /** Rows that are stored more than once. */
  readonly duplicated: number;
  /** The longest time without an acknowledgement. */
  readonly writeGapMs: number;
  /** From the engine's answer until every container is healthy and every database is in its place. */
  readonly wholeAfterMs: number;
  /** The time without a site, whose requests do not count: visitors depend on the machine. */
  readonly siteAwayMs: number;
}

/** The highest figures. Infinity: there is no limit. */
export type Limit = Pick<Figures, "gapMs" | "lost" | "duplicated" | "writeGapMs" | "wholeAfterMs">;

/** The largest share of requests that may fail. */
const FAILED_SHARE = 0.001;
/** The longest time without an answer, also when an address has to move to another machine. */
const GAP_MS = 1_000;
const MOVE_MS = 1_500;
/** The longest time from an engine's answer until the stack is whole. */
const WHOLE_MS = 45_000;

/**
 * @param writesBackMs the longest time without writes while a group chooses another primary
 */
export function limitFor(
  { movesAddress, isDatabase }: Pick<Target, "movesAddress" | "isDatabase">,
  writesBackMs: number,
): Limit {
  return {
    gapMs: movesAddress ? MOVE_MS : GAP_MS,
    lost: 0,
    duplicated: 0,
    writeGapMs: isDatabase ? Number.POSITIVE_INFINITY : writesBackMs,
    wholeAfterMs: WHOLE_MS,
  };
}

const LIMITED = {
  gapMs: "gap_ms",
  lost: "lost",
  duplicated: "duplicated",
  writeGapMs: "write_gap_ms",
  wholeAfterMs: "whole_after_ms",
} as const;

const PRINTED = {
  requests: "requests",
  failed: "failed",
  gapMs: "gap_ms",
  acked: "acked",
  lost: "lost",
  duplicated: "duplicated",
  writeGapMs: "write_gap_ms",
  wholeAfterMs: "whole_after_ms",
  siteAwayMs: "site_away_ms",
} as const;

/** A limit as people read it. */
export function limitText(limit: Limit): string {
  const keys = Object.keys(LIMITED) as (keyof Limit)[];
  const limits = keys.filter((key) => Number.isFinite(limit[key])).map((key) => `${LIMITED[key]} <= ${limit[key]}`);
  return [`failed <= ${FAILED_SHARE * 100} % of requests`, ...limits].join(", ");
}

/** The line that a drill prints for a machine. */
export function figuresLine(drill: string, host: string, mode: string, figures: Figures): string {
  return [`drill=${drill}`, `host=${host}`, `mode=${mode}`, ...fields(PRINTED, figures)].join(" ");
}

/** The figures that exceed their limits. */
export function excesses(figures: Figures, limit: Limit): string[] {
  const most = Math.floor(figures.requests * FAILED_SHARE);
  const names = { failed: PRINTED.failed, ...LIMITED };
  return excessesOf(names, figures, { ...limit, failed: most });
}

/** The time without a site, in milliseconds since the load began. */
export interface Away {
  readonly from: number;
  /** When a request succeeded again. */
  readonly back: number;
  /** When requests count again: those from before may have kept others waiting until now. */
  readonly counts: number;
}

/**
 * The time without a site: from the machine's loss until a request succeeds after the machine began to come back. The
 * connections of the time before recover at a pace of their own, or never, and hold up what waits for one of them.
 * @param lost when the machine was hit, and `returning`, when it was switched on or connected again
 * @param end when the load ended
 */
export function siteAway(answers: readonly Answer[], lost: number, returning: number, end: number): Away {
  const successes = answers.filter((answer) => isSuccess(answer) && answer.doneAt > returning);
  const back = Math.min(...successes.map(({ doneAt }) => doneAt), end);
  const before = answers.filter(({ sentAt }) => sentAt < returning).map(({ doneAt }) => doneAt);
  return { from: lost, back, counts: Math.min(Math.max(back, ...before), end) };
}

/** The visitors' figures. Requests that met the time without a site do not count. */
export function visitorFigures(
  answers: readonly Answer[],
  end: number,
  away: Away | undefined,
): Pick<Figures, "requests" | "failed" | "gapMs" | "siteAwayMs"> {
  const counted =
    away === undefined ? answers : answers.filter(({ sentAt, doneAt }) => doneAt <= away.from || sentAt >= away.counts);
  const successes = counted.filter(isSuccess).map(({ doneAt }) => doneAt);
  const parts = away === undefined ? [[0, end] as const] : [[0, away.from] as const, [away.counts, end] as const];
  return {
    requests: counted.length,
    failed: counted.filter((answer) => !isSuccess(answer)).length,
    gapMs: Math.ceil(Math.max(...parts.map(([from, to]) => longestSilence(successes, from, to)))),
    siteAwayMs: away === undefined ? 0 : Math.ceil(away.back - away.from),
  };
}

/**
 * The writers' figures.
 * @param stored how often each row's number is stored
 * @param end when the writer stopped sending
 */
export function writerFigures(
  notes: readonly Note[],
  stored: ReadonlyMap<number, number>,
  end: number,
): Pick<Figures, "acked" | "lost" | "duplicated" | "writeGapMs"> {
  const { acked, lost, duplicated, gapMs } = rowFigures(notes, stored, end, 0);
  // Without any acknowledgement nobody could write at all.
  return { acked, lost, duplicated, writeGapMs: beginOf(notes) === undefined ? Math.ceil(end) : gapMs };
}
