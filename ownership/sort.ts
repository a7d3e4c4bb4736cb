import { type Found, ofStack } from "./found.ts";
import type { Known } from "./known.ts";

/** Parts of a stack on an engine that its state does not know. */
export interface Sorted {
  /** Made by another state. Nothing may be done beside them. */
  readonly foreign: readonly Found[];
  /** Left by an interruption. They can be removed. */
  readonly leftovers: readonly Found[];
  /** At work, or of unknown origin. A person decides whether they can be removed. */
  readonly doubtful: readonly Found[];
}

/**
 * Sorts a stack's parts on an engine. Volumes with data are never among those that can be removed.
 * @param all all that the engine has of the project's stacks
 */
export function sort(all: readonly Found[], stack: string, known: Known): Sorted {
  const found = ofStack(all, stack, known.state);
  // A state without passwords that knows nothing on the engine is new: it has not made the parts without a mark.
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
    // Another state's database would be taken for this one's. Its backups are in the way of backups alone.
    if (isOthers) return one.holds === "database" ? "foreign" : undefined;
    return isMarked || isAcquainted ? undefined : "foreign";
  }
  if (known.ids.has(one.id)) return undefined;
  if (isOthers) return "foreign";
  if (known.unfinished.has(`${one.kind} ${one.name}`)) return "leftovers";
  const isOwn = isMarked || one.joins.some((joined) => known.ids.has(joined));
  // A container at work is in networks. In those of this state it would be its own.
  if (!isOwn) return isAcquainted && !one.isAtWork ? "doubtful" : "foreign";
  return one.isAtWork ? "doubtful" : "leftovers";
}
