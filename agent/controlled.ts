import type { GtidSet } from "./gtidSet.ts";
import type { GroupState, Replication } from "./observation.ts";
import type { Sign } from "./sign.ts";
import type { Term } from "./vocabulary.ts";

/** What the controller sees of a member. */
export interface ControlledServer extends Sign {
  readonly term: Term;
  /** The member that the configuration promoted last, as this member knows. */
  readonly configured: string | undefined;
  readonly writes: boolean;
  /** Whether even administrators cannot write. */
  readonly isClosed: boolean;
  readonly source: string | undefined;
  readonly isReceiving: boolean;
  readonly isApplying: boolean;
  readonly executed: GtidSet;
  readonly unapplied: GtidSet;
  readonly group: GroupState;
}

/** Everything that a decision of the controller is made from. */
export interface Controlled {
  readonly replication: Replication;
  /** The configured primary, or the member that a person has named. */
  readonly wanted: string;
  /** Whether a person has named it: then it is promoted although the configuration has promoted it before. */
  readonly isByHand: boolean;
  /** The members that answer. */
  readonly members: ReadonlyMap<string, ControlledServer>;
  /** Seconds on a clock that only goes forward. */
  readonly at: number;
  /** When the present primary was first seen closed, on the same clock: what the decision before said. */
  readonly closedAt: number | undefined;
  /** When the wanted member last had everything that the primary had committed before, on the same clock. */
  readonly caughtUpAt: number | undefined;
}

/** One act of the controller. After it, the controller observes again. */
export type SwitchStep =
  | { readonly do: "wait" }
  /** The wanted member is the primary, and that was recorded. */
  | { readonly do: "settled" }
  /** Records on the primary that the configuration wants it. */
  | { readonly do: "record" }
  /** Group: asks the group for another primary, and records it. */
  | { readonly do: "elect"; readonly member: string }
  /** Waits until the replica has everything that the primary has committed so far. */
  | { readonly do: "catch-up"; readonly member: string; readonly seconds: number }
  /**
   * Leaves the sign that a switchover ends this term, and then lets nobody write on the primary, so that its replica can
   * have everything.
   */
  | { readonly do: "close"; readonly member: string; readonly term: number }
  /**
   * Makes the former primary a replica of the new one, while it is still closed. Only when that is done, records a term
   * with a number above `after` on the new primary, and opens it: otherwise a former primary that starts again while the
   * new one is silent would not know that it was replaced. Waiting for acknowledgements is switched off last.
   */
  | { readonly do: "promote"; readonly from: string; readonly to: string; readonly after: number }
  /**
   * The replica did not get everything in time, or another one is wanted: the primary goes on. Its replication ends
   * first, and one statement opens it last, so that it counts as closed by a switchover up to the end. Then the sign says
   * that none closes it.
   */
  | { readonly do: "reopen"; readonly member: string; readonly term: number }
  /** The primary is open, and the sign is to say that no switchover closes it any more. */
  | { readonly do: "call-off"; readonly member: string; readonly term: number };

export interface SwitchDecision {
  readonly step: SwitchStep;
  /** What is done or waited for, in words for people. */
  readonly reason: string;
  /** When the present primary was first seen closed. undefined: it is open. The next decision is made from it, too. */
  readonly closedAt: number | undefined;
}
