import { type Found, ofStack } from "./found.ts";
import type { Known } from "./known.ts";

/** What an engine has of a stack without its state knowing it, by what can be done about it. */
export interface Sorted {
  /** Another state's: nothing may be done beside it. */
  readonly foreign: readonly Found[];
  /** What an interruption left: it can be removed. */
  readonly leftovers: readonly Found[];
  /** What is at work, or nobody's for certain: a person has to say whether it can be removed. */
  readonly doubtful: readonly Found[];
}

/**
 * Sorts what an engine has of a stack. Data are never among what can be removed.
 * @param all what the engine has of all the project's stacks
 */
export function sort(all: readonly Found[], stack: string, known: Known): Sorted {
  const found = ofStack(all, stack, known.state);
  // A state that knows nothing and opens nothing has not made what carries no mark.
  const isAcquainted = known.hasPasswords || found.some(({ kind, id }) => kind !== "volume" && known.ids.has(id));
  const groups = found.map((one) => ({ one, group: groupOf(one, known, isAcquainted) }));
  const those = (group: keyof Sorted) => groups.flatMap((entry) => (entry.group === group ? [entry.one] : []));
  return { foreign: those("foreign"), leftovers: those("leftovers"), doubtful: those("doubtful") };
}

/** undefined: it is in its place. */
function groupOf(one: Found, known: Known, isAcquainted: boolean): keyof Sorted | undefined {
  const isMarked = one.state !== undefined && one.state === known.state;
  const isOthers = one.state !== undefined && !isMarked;
  if (one.holds === "database" || one.holds === "other") {
    // A database of another state is in the way of this one's; what else was kept is not.
    if (isOthers) return one.holds === "database" ? "foreign" : undefined;
    return isMarked || isAcquainted ? undefined : "foreign";
  }
  if (known.ids.has(one.id)) return undefined;
  if (isOthers) return "foreign";
  if (known.unfinished.has(`${one.kind} ${one.name}`)) return "leftovers";
  const isOwn = isMarked || one.joins.some((joined) => known.ids.has(joined));
  // What works is in networks, and in those of this state it would be its own.
  if (!isOwn) return isAcquainted && !one.isAtWork ? "doubtful" : "foreign";
  return one.isAtWork ? "doubtful" : "leftovers";
}
