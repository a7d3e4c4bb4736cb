import { NONE, type Transactions } from "./ledger.ts";
import { emptyFolder, type Node, storedIn } from "./node.ts";
import { type Cause, shortOf, type World } from "./world.ts";

/** Nothing is deleted that no other folder has, unless a person asked for it or a disk broke. */
export const KEEPS_THE_LAST = "no folder loses what no other folder has";
/** What was received and confirmed counts as a copy, and stays until it is applied. */
export const KEEPS_RECEIVED = "no relay log is deleted with transactions that could be applied";
/** An interrupted clone over data leaves them, as long as it has deleted nothing. */
export const KEEPS_UNHARMED = "no folder with complete data is emptied";

/** Judges a deletion before it takes place. */
function judge(world: World, node: Node, lost: Transactions, cause: Cause, how: string): void {
  if (lost === NONE) return;
  const unique = lost & world.ledger.kept & ~world.storedBeside(node);
  if (unique === NONE) return;
  if (cause === "agent") {
    world.violated(KEEPS_THE_LAST, `${how} of ${shortOf(node.name)} deletes ${world.ledger.gtidSet(unique)}`);
  }
  world.accepted |= unique;
}

/** Deletes the relay log of the source. */
export function deleteRelayLog(world: World, node: Node, how: string): void {
  const { folder } = node;
  const kept = folder.logged | folder.executed | folder.grouped;
  const lost = folder.relayed & ~kept;
  judge(world, node, lost, "agent", how);
  const confirmed = lost & world.acknowledged & ~world.accepted;
  if (confirmed !== NONE && !folder.isPoisoned && node.server?.cannotApply === undefined) {
    world.violated(KEEPS_RECEIVED, `${how} of ${shortOf(node.name)} deletes ${world.ledger.gtidSet(confirmed)}`);
  }
  folder.relayed = NONE;
}

/** Empties the folder. Its server does not run. */
export function emptyAll(world: World, node: Node, cause: Cause): void {
  const stored = storedIn(node.folder);
  if (cause === "agent" && (stored & world.ledger.ofClients) !== NONE) {
    judge(world, node, stored, cause, "emptying the folder");
    world.violated(KEEPS_UNHARMED, `${shortOf(node.name)} begins with an empty folder, and had data`);
  }
  judge(world, node, stored, cause, "emptying the folder");
  if (cause !== "agent") world.takenAway |= stored;
  node.folder = emptyFolder(world.ledger.newOrigin());
}

/** Deletes the data, as a clone does first. The marks stay. */
export function dropData(world: World, node: Node): void {
  const { folder } = node;
  judge(world, node, storedIn(folder), "agent", "a clone into the folder");
  Object.assign(folder, {
    ...{ logged: NONE, executed: NONE, purged: NONE, relayed: NONE, grouped: NONE },
    ...{ isPrepared: false, isPoisoned: false },
  });
}
