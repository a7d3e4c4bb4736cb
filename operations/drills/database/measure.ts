import type { ClusterPlan } from "../../../topology/databasePlan.ts";
import { excessesOf, fields, limitsText, longestSilence, tally } from "../figures.ts";
import type { Note } from "./notes.ts";

/** The figures of a drill of the databases. */
export interface Figures {
  /** Rows that were acknowledged. */
  readonly acked: number;
  /** Rows that were acknowledged and are missing. */
  readonly lost: number;
  /** Rows that are stored more than once. */
  readonly duplicated: number;
  /** The longest time without an acknowledgement, in milliseconds, from the first one to the end. */
  readonly gapMs: number;
  /** From the disturbance until every member was back in its place, in milliseconds; of several, the longest. */
  readonly redundantAfterMs: number;
  readonly failedReads: number;
  /** The longest time without a read, in milliseconds. */
  readonly readGapMs: number;
}

/** The highest figures that a drill may reach. */
export type Limit = Omit<Figures, "acked">;

const PRINTED = {
  lost: "lost",
  duplicated: "duplicated",
  gapMs: "gap_ms",
  redundantAfterMs: "redundant_after_ms",
} as const;

const READS = { failedReads: "failed_reads", readGapMs: "read_gap_ms" } as const;

/** When the first row was acknowledged. Before that, tables and connections are created. */
export function beginOf(notes: readonly Note[]): number | undefined {
  return notes.find(({ what }) => what === "acked")?.at;
}

/** The problems since a moment. */
export function troubles(notes: readonly Note[], since: number): string[] {
  return notes.flatMap((note) => ("problem" in note && note.at >= since ? [`${note.what}: ${note.problem}`] : []));
}

/**
 * @param stored how often each number is stored
 * @param end when the writer stopped sending
 */
export function figuresOf(
  notes: readonly Note[],
  stored: ReadonlyMap<number, number>,
  end: number,
  redundantAfterMs: number,
): Figures {
  const begin = beginOf(notes) ?? 0;
  const of = <What extends Note["what"]>(what: What) =>
    notes.filter((note): note is Extract<Note, { what: What }> => note.what === what && note.at >= begin);
  const silence = (what: "acked" | "read") =>
    Math.ceil(
      longestSilence(
        of(what).map(({ at }) => at),
        begin,
        end,
      ),
    );
  const acked = of("acked");
  return {
    acked: acked.length,
    lost: acked.filter(({ row }) => !stored.has(row)).length,
    duplicated: [...stored.values()].filter((count) => count > 1).length,
    gapMs: silence("acked"),
    redundantAfterMs: Math.ceil(redundantAfterMs),
    failedReads: of("unread").length,
    readGapMs: silence("read"),
  };
}

/** The kind of replication: async, semisync-wait, semisync-degrade or group. */
export function modeOf({ replication, withoutReplica }: Pick<ClusterPlan, "replication" | "withoutReplica">): string {
  return withoutReplica === undefined ? replication : `${replication}-${withoutReplica}`;
}

/** The line that a drill prints. */
export function figuresLine(name: string, mode: string, figures: Figures): string {
  return [`drill=${name}`, `mode=${mode}`, `acked=${figures.acked}`, ...fields(PRINTED, figures)].join(" ");
}

/** Figures beside the line: failed reads, and rows that were not acknowledged at once. */
export function asideText(figures: Figures, notes: readonly Note[]): string {
  return [...fields(READS, figures), tally(troubles(notes, beginOf(notes) ?? 0))].join(" ").trim();
}

/** A limit as text. */
export function limitText(limit: Limit): string {
  return limitsText({ ...PRINTED, ...READS }, limit);
}

/** The figures that exceed their limit. */
export function excesses(figures: Figures, limit: Limit): string[] {
  return excessesOf({ ...PRINTED, ...READS }, figures, limit);
}
