import { answering } from "./lifecycle.ts";
import { NOBODY, type Node, takesWrites } from "./node.ts";
import type { World } from "./world.ts";
import { isReplaced } from "./writing.ts";

/** Nobody but the person who has closed a primary opens it again, as long as it is the primary and its server runs. */
export const STAYS_CLOSED = "a primary that a person has closed stays closed";

/** A person closes a primary that is in its place, and that no switchover is about to close. */
export function closeByHand(world: World, node: Node, until: number): void {
  const server = answering(node);
  if (server === undefined || world.isGroup || !takesWrites(server) || server.sessions.length > 0) return;
  const { number, promoted } = world.ledger.newestTerm(node.folder.executed);
  if (promoted !== node.name || server.openedIn !== number || server.closingIn === number) return;
  if (isReplaced(world, node)) return;
  server.isReadOnly = true;
  server.isSuperReadOnly = true;
  node.closedByHand = { run: server.run, term: number, until };
}

/** Judges whether a primary is still closed, and opens it when the maintenance has ended. */
export function keepClosed(world: World, node: Node): void {
  const { server, closedByHand } = node;
  if (closedByHand === undefined) return;
  // A start ends the close, and so does a promotion of this node or of another one.
  const { number } = world.ledger.newestTerm(node.folder.executed);
  const isOver = number !== closedByHand.term || node.folder.source !== NOBODY || isReplaced(world, node);
  if (server?.run !== closedByHand.run || isOver) {
    node.closedByHand = undefined;
    return;
  }
  if (takesWrites(server)) world.violated(STAYS_CLOSED, `${node.name} takes writes`);
  if (node.isFrozen || !(world.isCalm || world.round >= closedByHand.until)) return;
  server.isReadOnly = false;
  server.isSuperReadOnly = false;
  node.closedByHand = undefined;
}
