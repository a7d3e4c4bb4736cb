import { type Found, ofStack } from "./found.ts";
import type { Known } from "./known.ts";

/** Parts of a stack on an engine that its state does not know. */
export interface Sorted<T extends Found = Found> {
  /** Created by another state. While there are any, nothing may be changed. */
  readonly foreign: readonly T[];
  /** Left by an interruption. They can be removed. */
  readonly leftovers: readonly T[];
  /** Running, or of unknown origin. A person decides whether they can be removed. */
  readonly doubtful: readonly T[];
}

/**
 * Sorts a stack's resources on an engine. Volumes with data are never among the removable ones.
 * @param all all resources of the project's stacks on the engine
 */
export function sort<T extends Found>(all: readonly T[], stack: string, known: Known): Sorted<T> {
  const found = ofStack(all, stack, known.state);
  // A state without passwords that knows nothing on the engine is new: it did not create the resources without a mark.
  const isAcquainted = known.hasPasswords || found.some(({ kind, id }) => kind !== "volume" && known.ids.has(id));
  const groups = found.map((one) => ({ one, group: groupOf(one, known, isAcquainted) }));
  const those = (group: keyof Sorted) => groups.flatMap((entry) => (entry.group === group ? [entry.one] : []));
  return { foreign: those("foreign"), leftovers: those("leftovers"), doubtful: those("doubtful") };
}

/** A resource's group. undefined: the state knows it, or it does not conflict. */
function groupOf(one: Found, known: Known, isAcquainted: boolean): keyof Sorted | undefined {
  const isMarked = one.state !== undefined && one.state === known.state;
  const isOthers = one.state !== undefined && !isMarked;
  if (one.holds === "database" || one.holds === "other") {
    // Another state's database would be taken for this state's. Its backups conflict with backups only.
    if (isOthers) return one.holds === "database" ? "foreign" : undefined;
    return isMarked || isAcquainted ? undefined : "foreign";
  }
  if (known.ids.has(one.id)) return undefined;
  if (isOthers) return "foreign";
  if (known.unfinished.has(`${one.kind} ${one.name}`)) return "leftovers";
  const isOwn = isMarked || one.joins.some((joined) => known.ids.has(joined));
  // A running container is in networks. If they belonged to this state, isOwn would be true.
  if (!isOwn) return isAcquainted && !one.isAtWork ? "doubtful" : "foreign";
  return one.isAtWork ? "doubtful" : "leftovers";
}
