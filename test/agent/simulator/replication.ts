import { deleteRelayLog } from "./deleting.ts";
import { NONE } from "./ledger.ts";
import { answering } from "./lifecycle.ts";
import { NOBODY, type Node, type Server } from "./node.ts";
import type { World } from "./world.ts";
import { release } from "./writing.ts";

/** Rounds that a semisync source waits for an acknowledgement if it may go on without. */
const DEGRADE_ROUNDS = 2;

/** One round of replication outside groups. */
export function replicate(world: World): void {
  for (const node of world.nodes) {
    const server = answering(node);
    if (server === undefined) continue;
    receive(world, node, server);
    apply(world, node, server);
  }
  for (const node of world.nodes) degrade(world, node);
}

function receive(world: World, node: Node, server: Server): void {
  const { folder } = node;
  if (!server.receives || folder.source === NOBODY) {
    server.connectedTo = 0;
    return;
  }
  const source = world.node(folder.source);
  const serving = answering(source);
  if (serving === undefined || !source.folder.isPrepared) {
    server.connectedTo = 0;
    return;
  }
  const isConnected = server.connectedTo === serving.run;
  const isReached = world.reaches(node.index, source.index);
  if (!isConnected && !isReached) return;
  if (!isConnected && !connect(world, node, server, source)) return;
  server.connectedTo = serving.run;
  const received = source.folder.logged & ~(folder.executed | folder.relayed);
  // Something may arrive, and the connection break before it is acknowledged.
  if (world.sends(source.index, node.index)) folder.relayed |= received;
  const isHeard = isReached && world.round >= node.losesAckUntil;
  if (isHeard && received !== NONE) acknowledgeReceipt(world, source, serving);
  if (!isHeard) server.connectedTo = 0;
}

/** An acknowledgement counts for everything before it, too. */
function acknowledgeReceipt(world: World, source: Node, serving: Server): void {
  if (!serving.isSource) return;
  serving.acknowledged += Math.max(1, serving.sessions.length);
  serving.isDegraded = false;
  release(world, source, serving);
}

/** A source refuses a replica with transactions that it should have written itself, or that lacks what it cannot send. */
function connect(world: World, node: Node, server: Server, source: Node): boolean {
  const has = node.folder.executed | node.folder.relayed;
  const { folder } = source;
  const errant = world.ledger.of(folder.uuid, has) & ~folder.logged;
  if (errant === NONE && (folder.purged & ~has) === NONE) return true;
  server.broken = errant === NONE ? "1236 the source has purged required transactions" : "1236 the replica has more";
  server.receives = false;
  server.connectedTo = 0;
  return false;
}

function apply(world: World, node: Node, server: Server): void {
  const { folder } = node;
  if (server.isApplying && folder.source !== NOBODY && world.round >= node.appliesAgainAt) {
    const applied = server.appliable & folder.relayed & ~folder.executed;
    if (applied !== NONE) {
      if (folder.isPoisoned || world.ledger.conflicts(folder.executed, applied)) {
        server.cannotApply = "1062 a row is there already";
        server.isApplying = false;
      } else {
        folder.logged |= applied;
        folder.executed |= applied;
      }
    }
  }
  if (server.group === undefined) server.appliable = folder.relayed;
}

function degrade(world: World, node: Node): void {
  const server = answering(node);
  if (server === undefined || !server.isSource || world.mode.withoutReplica === "wait") return;
  const [oldest] = server.sessions;
  if (oldest === undefined || world.round - oldest.since < DEGRADE_ROUNDS) return;
  server.isDegraded = true;
  release(world, node, server);
}

export function stopReceiver(server: Server): void {
  server.receives = false;
  server.connectedTo = 0;
}

export function startReceiver({ folder }: Node, server: Server): boolean {
  if (folder.source === NOBODY) return false;
  server.receives = true;
  server.broken = undefined;
  return true;
}

export function startApplier(world: World, node: Node, server: Server): boolean {
  if (node.folder.source === NOBODY) return false;
  server.cannotApply = undefined;
  server.isApplying = true;
  const left = node.folder.relayed & ~node.folder.executed;
  if (left !== NONE && (node.folder.isPoisoned || world.ledger.conflicts(node.folder.executed, left))) {
    server.cannotApply = "1062 a row is there already";
    server.isApplying = false;
  }
  return true;
}

/** STOP REPLICA; RESET REPLICA ALL. */
export function resetReplica(world: World, node: Node, server: Server): void {
  stopReceiver(server);
  server.isApplying = false;
  server.broken = undefined;
  server.cannotApply = undefined;
  deleteRelayLog(world, node, "RESET REPLICA ALL");
  node.folder.source = NOBODY;
}

/** CHANGE REPLICATION SOURCE: MySQL deletes the relay log if both threads are stopped. */
export function changeSource(world: World, node: Node, server: Server, source: number): void {
  if (!server.isApplying) deleteRelayLog(world, node, "CHANGE REPLICATION SOURCE");
  node.folder.source = source;
}

/** The replicas that can acknowledge to this source. */
export function replicasOf(world: World, server: Server): number {
  return world.nodes.filter((other) => answering(other)?.connectedTo === server.run).length;
}
