import { excessesOf, fields, limitsText, longestSilence, tally } from "../figures.ts";
import type { Step } from "./requests.ts";

/** A request of the load that has ended. Times are milliseconds since the load began. */
export interface Answer {
  readonly step: Step;
  readonly sentAt: number;
  readonly doneAt: number;
  /** undefined: no answer came, or an incomplete one. */
  readonly status: number | undefined;
  /** The server that answered, by the answer's header. */
  readonly server: string | undefined;
  /** The reason why no complete answer came. */
  readonly problem: string | undefined;
  /** The text of the message that it posted. */
  readonly message: string | undefined;
}

/** The figures that decide whether a drill passes. */
export interface Figures {
  readonly requests: number;
  /** Requests with another answer than 2xx or 3xx, without one, or with 201 for a message that is not stored. */
  readonly failed: number;
  /** Messages that are stored more than once. */
  readonly duplicated: number;
  /** The longest time without a successful answer, in milliseconds, from the first request to the last. */
  readonly gapMs: number;
}

/** The most that a drill may cost. */
export type Limit = Omit<Figures, "requests">;

export function isSuccess({ status }: Answer): boolean {
  return status !== undefined && status >= 200 && status < 400;
}

/**
 * The longest time between two successful answers.
 * @param end when the load ended, in milliseconds since it began
 */
export function longestGap(answers: readonly Answer[], end: number): number {
  const successes = answers.filter(isSuccess).map(({ doneAt }) => doneAt);
  return longestSilence(successes, 0, end);
}

/**
 * Compares the answers with the stored messages.
 * @param stored the number of stored messages by text
 */
export function checkMessages(
  answers: readonly Answer[],
  stored: ReadonlyMap<string, number>,
): { readonly duplicated: number; readonly lost: number } {
  return {
    duplicated: [...stored.values()].filter((count) => count > 1).length,
    lost: answers.filter(({ status, message }) => status === 201 && message !== undefined && !stored.has(message))
      .length,
  };
}

/** The figures of a load that ended at `end`. */
export function figuresOf(answers: readonly Answer[], stored: ReadonlyMap<string, number>, end: number): Figures {
  const { duplicated, lost } = checkMessages(answers, stored);
  return {
    requests: answers.length,
    failed: answers.filter((answer) => !isSuccess(answer)).length + lost,
    duplicated,
    gapMs: Math.ceil(longestGap(answers, end)),
  };
}

/**
 * The kinds of failures with their counts, the most frequent first, and the times of all:
 * `503 by server1 to POST on a new connection (12); sent 3.1 to 3.4 s after the load began, each ended after 2 to 9 ms`.
 */
export function failuresOf(answers: readonly Answer[]): string {
  const failures = answers.filter((answer) => !isSuccess(answer));
  const kinds = failures.map(({ step: { method, connection, slow }, problem, status, server }) => {
    const what = problem ?? `${status} by ${server ?? "no application"}`;
    return `${what} to ${slow ? "slow " : ""}${method} on a ${connection} connection`;
  });
  if (failures.length === 0) return "";
  const sent = range(
    failures.map(({ sentAt }) => sentAt / 1_000),
    1,
  );
  const took = range(
    failures.map(({ sentAt, doneAt }) => doneAt - sentAt),
    0,
  );
  return `${tally(kinds)}; sent ${sent} s after the load began, each ended after ${took} ms`;
}

function range(values: readonly number[], digits: number): string {
  return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
}

/** The servers that have answered requests successfully which were sent since a time, in ms since the load began. */
export function serversSince(answers: readonly Answer[], since: number): ReadonlySet<string> {
  return new Set(
    answers.flatMap((answer) =>
      isSuccess(answer) && answer.sentAt >= since && answer.server !== undefined ? [answer.server] : [],
    ),
  );
}

const FIGURES = { failed: "failed", duplicated: "duplicated", gapMs: "gap_ms" } as const;

/** The line that a drill prints. */
export function figuresLine(name: string, figures: Figures): string {
  return [`drill=${name}`, `requests=${figures.requests}`, ...fields(FIGURES, figures)].join(" ");
}

/** A limit as people read it. */
export function limitText(limit: Limit): string {
  return limitsText(FIGURES, limit);
}

/** The figures beyond their limits. */
export function excesses(figures: Figures, limit: Limit): string[] {
  return excessesOf(FIGURES, figures, limit);
}
