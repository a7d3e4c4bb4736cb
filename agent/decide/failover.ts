import type { GtidSet } from "../gtidSet.ts";
import type { OwnServer } from "../observation.ts";

/** Seconds without progress in applying after which a failover gives up, and seconds in which the node has to open. */
const STANDSTILL_SECONDS = 60;
const OPENING_SECONDS = 60;

/** What a failover remembers between two looks. */
export interface FailoverMemory {
  /** Whether its receiver was told to stop: one that looks for a lost source would go on when that one comes back. */
  readonly isAlone?: true;
  /** What was left to apply when it last got less, and when that was. */
  readonly left?: { readonly set: GtidSet; readonly since: number };
  /** When the term was recorded. */
  readonly promotedAt?: number;
}

export type FailoverStep =
  | { readonly do: "wait" }
  /** Receives no more, and applies what was received. */
  | { readonly do: "apply-alone" }
  /**
   * Records a term with a number above `after`, and ends the replication: the node's agent then opens the node. A person
   * has accepted the loss: the mark of lost data goes.
   */
  | { readonly do: "promote"; readonly after: number }
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
 * @param known the number of the newest primary term that this node or anybody who answers has ever seen
 */
export function decideFailover(own: OwnServer, known: number, memory: FailoverMemory, at: number): FailoverDecision {
  const taken = (step: FailoverStep, reason: string, more: FailoverMemory = memory): FailoverDecision => ({
    ...{ step, reason, memory: more },
  });
  const decided = (step: Exclude<FailoverStep["do"], "promote">, reason: string, more?: FailoverMemory) =>
    taken({ do: step }, reason, more);
  if (memory.promotedAt !== undefined) {
    if (own.writes) return decided("done", "it takes writes");
    return at - memory.promotedAt > OPENING_SECONDS
      ? decided("give-up", "it is promoted, and does not open for writes")
      : decided("wait", "it is promoted, and about to open");
  }
  const isAlone = memory.isAlone && !own.isReceiving && (own.isApplying || own.cannotApply !== undefined);
  if (own.source !== undefined && !isAlone) {
    return decided("apply-alone", `it is to take the place of ${own.source}`, { ...memory, isAlone: true });
  }
  const { unapplied } = own;
  if (unapplied.isEmpty) {
    // A switchover may have begun one term more, which nobody has seen who is left: the person's decision is the later one.
    const after = Math.max(known, own.term.number) + 1;
    return taken({ do: "promote", after }, "everything that was received is applied", { promotedAt: at });
  }
  if (own.cannotApply !== undefined) {
    return decided("give-up", `the received transactions cannot be applied: ${own.cannotApply}`);
  }
  const { left } = memory;
  if (left === undefined || !left.set.equals(unapplied)) {
    return decided("wait", `applying; left are ${unapplied}`, { ...memory, left: { set: unapplied, since: at } });
  }
  return at - left.since > STANDSTILL_SECONDS
    ? decided("give-up", `nothing was applied for ${STANDSTILL_SECONDS} s, and ${unapplied} is left`)
    : decided("wait", `applying; left are ${unapplied}`);
}
