import type { GtidSet } from "../gtidSet.ts";
import type { OwnServer } from "../observation.ts";

/** Seconds without progress in applying after which a failover gives up, and seconds in which the node has to open. */
const STANDSTILL_SECONDS = 60;
const OPENING_SECONDS = 60;

/** What a failover remembers between two looks. */
export interface FailoverMemory {
  /** What was left to apply when it last got less, and when that was. */
  readonly left?: { readonly set: GtidSet; readonly since: number };
  /** When the term was recorded. */
  readonly promotedAt?: number;
}

export type FailoverStep =
  | { readonly do: "wait" }
  /** Receives no more, and applies what was received. */
  | { readonly do: "apply-alone" }
  /** Records the term; the node's agent then opens the node. A person has accepted the loss: the mark of lost data goes. */
  | { readonly do: "promote" }
  | { readonly do: "done" }
  | { readonly do: "give-up" };

export interface FailoverDecision {
  readonly step: FailoverStep;
  readonly reason: string;
  readonly memory: FailoverMemory;
}

/**
 * Decides the next step of a failover to this node: a person has decided on it, knowing what may be lost. Everything that
 * was received is applied first, however long that takes, as long as it goes on.
 */
export function decideFailover(own: OwnServer, memory: FailoverMemory, at: number): FailoverDecision {
  const decided = (step: FailoverStep["do"], reason: string, more: FailoverMemory = memory): FailoverDecision => ({
    ...{ step: { do: step }, reason, memory: more },
  });
  if (memory.promotedAt !== undefined) {
    if (own.writes) return decided("done", "it takes writes");
    return at - memory.promotedAt > OPENING_SECONDS
      ? decided("give-up", "it is promoted, and does not open for writes")
      : decided("wait", "it is promoted, and about to open");
  }
  if (own.source !== undefined && (own.isReceiving || (!own.isApplying && own.cannotApply === undefined))) {
    return decided("apply-alone", `it is to take the place of ${own.source}`);
  }
  const { unapplied } = own;
  if (unapplied.isEmpty) return decided("promote", "everything that was received is applied", { promotedAt: at });
  if (own.cannotApply !== undefined) {
    return decided("give-up", `the received transactions cannot be applied: ${own.cannotApply}`);
  }
  const { left } = memory;
  if (left === undefined || !left.set.equals(unapplied)) {
    return decided("wait", `applying; left are ${unapplied}`, { left: { set: unapplied, since: at } });
  }
  return at - left.since > STANDSTILL_SECONDS
    ? decided("give-up", `nothing was applied for ${STANDSTILL_SECONDS} s, and ${unapplied} is left`)
    : decided("wait", `applying; left are ${unapplied}`);
}
