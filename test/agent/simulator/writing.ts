import { GROUP_ORIGIN, type Kind, type NewTerm, NONE, type Transactions } from "./ledger.ts";
import { answering } from "./lifecycle.ts";
import { isActive } from "./membership.ts";
import { type Node, type Server, takesWrites } from "./node.ts";
import type { World } from "./world.ts";

/** Rounds in which a replaced primary learns of its successor, and closes. */
const NOTICE_ROUNDS = 3;

/** Whether the server, in a group, can commit: the majority has to agree. */
export function canCommit(world: World, node: Node, server: Server): boolean {
  const { group } = server;
  if (group === undefined) return true;
  return group.primary === node.index && isActive(world, group, node.index) && group.majority.includes(node.index);
}

/**
 * Commits a transaction as an administrator does, whom super_read_only alone stops.
 * @returns whether it is in the server's binary log
 */
export function writeAs(world: World, node: Node, kind: Kind, term?: NewTerm): boolean {
  const { server, folder } = node;
  if (server === undefined || node.isFrozen || server.isSuperReadOnly || server.isClosing) return false;
  if (!canCommit(world, node, server)) return false;
  const origin = server.group === undefined ? folder.uuid : GROUP_ORIGIN;
  const bit =
    term === undefined ? world.ledger.add(origin, kind) : world.ledger.addTerm(origin, kind, folder.executed, term);
  commit(world, node, server, bit, false);
  return true;
}

/** A client's write. undefined: it is not taken. Otherwise it is in the binary log, and waits for nothing or a replica. */
export function writeAsClient(world: World, node: Node): Transactions | undefined {
  const { server, folder } = node;
  if (server === undefined || node.isFrozen || !takesWrites(server) || server.isClosing) return undefined;
  if (!canCommit(world, node, server)) return undefined;
  const bit = world.ledger.add(server.group === undefined ? folder.uuid : GROUP_ORIGIN, "client");
  commit(world, node, server, bit, true);
  return bit;
}

function commit(world: World, node: Node, server: Server, bit: Transactions, isClient: boolean): void {
  const { folder } = node;
  folder.logged |= bit;
  if (server.isSource && !server.isDegraded) {
    server.sessions.push({ bit, isClient, since: world.round });
    return;
  }
  folder.executed |= bit;
  if (server.group !== undefined) deliver(world, node, server, bit);
  if (isClient) acknowledge(world, node, bit);
}

/** A majority has a transaction of a group before it is committed; the others get it in the next round. */
function deliver(world: World, node: Node, { group }: Server, bit: Transactions): void {
  if (group === undefined) return;
  group.certified |= bit;
  node.folder.grouped |= bit;
  let missing = Math.floor(group.members.length / 2);
  const first = world.random.below(group.majority.length);
  for (let offset = 0; offset < group.majority.length && missing > 0; offset++) {
    const member = group.majority[(first + offset) % group.majority.length];
    if (member === undefined || member === node.index) continue;
    world.node(member).folder.grouped |= bit;
    missing -= 1;
  }
}

/** What clients are told to be safe must be there from now on. */
export const KEEPS_ACKNOWLEDGED = "nothing that was acknowledged is lost";

function acknowledge(world: World, node: Node, bit: Transactions): void {
  if (!world.reaches(node.index, world.clients)) return;
  world.acknowledged |= bit;
  // A primary that a failover has replaced, and that nobody could tell: what it takes is lost, as a person accepts.
  if (isReplaced(world, node)) {
    // After a failover, nobody may know of it but a member that is lost, too.
    if (world.isLossAccepted || (world.hasFailedOver && world.round - node.isolatedAt <= NOTICE_ROUNDS))
      world.accepted |= bit;
    return;
  }
  const lost = world.acknowledged & ~world.accepted & ~node.folder.executed;
  if (lost !== NONE) {
    world.violated(KEEPS_ACKNOWLEDGED, `${node.name} takes writes, and lacks ${world.ledger.gtidSet(lost)}`);
  }
}

/**
 * Whether somebody has a newer term than this primary outside a group. A term that others have only received counts if a
 * broken disk or a person has taken the data of the member that was promoted in it: nobody can read it in a relay log, and
 * the former primary may go on. An agent that deletes those data excuses nothing.
 *
 * What a replaced primary acknowledges counts as lost only after a failover of a person. All else stays among what has to
 * be in a folder in every round, and with the primary at the end. A folder that is emptied is judged without regard to it.
 */
export function isReplaced(world: World, node: Node): boolean {
  if (world.isGroup) return false;
  const own = world.ledger.newestTerm(node.folder.executed).number;
  return world.nodes.some(({ folder }) => {
    if (folder === node.folder) return false;
    return world.ledger.newestTerm(folder.executed | (folder.relayed & world.takenAway)).number > own;
  });
}

/** What others than this node have received and not applied. */
export function unappliedBeside(world: World, node: Node): Transactions {
  const others = world.nodes.filter((other) => other !== node);
  return others.reduce((all, { folder }) => all | (folder.relayed & ~folder.executed), NONE);
}

/** Whether a newer term is nowhere but in what others have received and not applied: nobody can read it there. */
export function isUnreadable(world: World, node: Node): boolean {
  const own = world.ledger.newestTerm(node.folder.executed).number;
  return (
    isReplaced(world, node) && world.nodes.every(({ folder }) => world.ledger.newestTerm(folder.executed).number <= own)
  );
}

/** Whether nobody could have told a replaced primary outside a group: a person who fails over knows that danger. */
export function isIsolated(world: World, node: Node): boolean {
  if (!isReplaced(world, node)) return false;
  const own = world.ledger.newestTerm(node.folder.executed).number;
  return !world.nodes.some(
    (other) =>
      other !== node &&
      answering(other) !== undefined &&
      world.ledger.newestTerm(other.folder.executed).number > own &&
      world.reaches(node.index, other.index),
  );
}

/** Lets everybody go on who waits for an acknowledgement. */
export function release(world: World, node: Node, server: Server): void {
  if (server.sessions.length === 0) return;
  const sessions = server.sessions;
  server.sessions = [];
  for (const { bit } of sessions) node.folder.executed |= bit;
  for (const { bit, isClient } of sessions) if (isClient) acknowledge(world, node, bit);
}
