import type { Outcome } from "./notify.ts";

/** What became of each notification, as rows of a table. */
export function outcomeRows(outcomes: readonly Outcome[]): string[][] {
  return outcomes.map(({ receiver, arrived, isPending, seconds, reason }) => [
    receiver,
    arrived ? "arrived" : isPending === true ? "not yet" : "failed",
    reason ?? (seconds === undefined ? "is called every minute" : `after ${seconds.toFixed(1)} s`),
  ]);
}

/** The exit code of `npm run notify -- test`: 0 if every receiver has taken the notification, else 1. */
export function exitCode(outcomes: readonly Outcome[]): 0 | 1 {
  return outcomes.every(({ arrived }) => arrived) ? 0 : 1;
}
