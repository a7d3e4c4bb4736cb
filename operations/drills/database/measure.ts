import type { ClusterPlan } from "../../../topology/plan.ts";
import { excessesOf, fields, limitsText, longestSilence, tally } from "../figures.ts";
import type { Note } from "./notes.ts";

/** What a drill of the databases is judged by. */
export interface Figures {
  /** Rows that were acknowledged. */
  readonly acked: number;
  /** Rows that were acknowledged and are not there. */
  readonly lost: number;
  /** Rows that are there more than once. */
  readonly duplicated: number;
  /** The longest time without an acknowledgement, in milliseconds, from the first one to the end. */
  readonly gapMs: number;
  /** From what was done until every member was back in its place, in milliseconds; of several, the longest. */
  readonly redundantAfterMs: number;
  readonly failedReads: number;
  /** The longest time without a read, in milliseconds. */
  readonly readGapMs: number;
}

/** The most that a drill may cost. */
export type Limit = Omit<Figures, "acked">;

const PRINTED = {
  lost: "lost",
  duplicated: "duplicated",
  gapMs: "gap_ms",
  redundantAfterMs: "redundant_after_ms",
} as const;

const READS = { failedReads: "failed_reads", readGapMs: "read_gap_ms" } as const;

/** When the first row was acknowledged: until then tables and connections are made. */
export function beginOf(notes: readonly Note[]): number | undefined {
  return notes.find(({ what }) => what === "acked")?.at;
}

/** What did not go well from a time on. */
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

/** How the databases replicate, in a word: async, semisync-wait, semisync-degrade, group. */
export function modeOf({ replication, withoutReplica }: Pick<ClusterPlan, "replication" | "withoutReplica">): string {
  return withoutReplica === undefined ? replication : `${replication}-${withoutReplica}`;
}

/** The line that a drill prints. */
export function figuresLine(name: string, mode: string, figures: Figures): string {
  return [`drill=${name}`, `mode=${mode}`, `acked=${figures.acked}`, ...fields(PRINTED, figures)].join(" ");
}

/** What the line does not say: how readers fared, and what became of rows that were not acknowledged at once. */
export function asideText(figures: Figures, notes: readonly Note[]): string {
  return [...fields(READS, figures), tally(troubles(notes, beginOf(notes) ?? 0))].join(" ").trim();
}

/** A limit as people read it. */
export function limitText(limit: Limit): string {
  return limitsText({ ...PRINTED, ...READS }, limit);
}

/** What is past its limit. */
export function excesses(figures: Figures, limit: Limit): string[] {
  return excessesOf({ ...PRINTED, ...READS }, figures, limit);
}
