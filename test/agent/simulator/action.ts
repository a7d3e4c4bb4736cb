/** done: the next act follows. again: it goes on in the next round. failed: the rest of the step is left out. */
export type Outcome = "done" | "again" | "failed";

/** One act of a step: a power cut can come before and after it, and not in it. */
export interface Act {
  readonly name: string;
  readonly run: () => Outcome;
}

/** A step on its way. */
export interface Action {
  readonly name: string;
  readonly acts: readonly Act[];
  /** Acts that are done. */
  done: number;
  /** The round in which the first act takes place. */
  readonly from: number;
}
