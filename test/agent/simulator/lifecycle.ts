import { emptyAll } from "./deleting.ts";
import { NONE } from "./ledger.ts";
import { leaveGroup } from "./membership.ts";
import { type Node, newContainer, newServer } from "./node.ts";
import type { World } from "./world.ts";

/** Rounds until the engine has started a container again, and MySQL answers. */
export const RESTART_ROUNDS = 2;

/** The server of this node, if it answers. */
export function answering(node: Node): Node["server"] {
  return node.isFrozen ? undefined : node.server;
}

/** The server ends without a word. What is in its binary log counts as committed when it starts again. */
export function crash(world: World, node: Node, rounds: number): void {
  node.startsAt = Math.max(node.startsAt, world.round + rounds);
  node.isFrozen = false;
  node.container = newContainer();
  node.orphan = undefined;
  if (node.server === undefined) return;
  node.server = undefined;
  for (const other of world.nodes) {
    if (other.server?.donation?.to === node.index) other.server.donation = undefined;
  }
}

/** The server ends as on a stop signal: it leaves its group. */
export function shutDown(world: World, node: Node, rounds: number): void {
  if (answering(node) !== undefined) leaveGroup(world, node);
  crash(world, node, rounds);
}

export function killAgent(world: World, node: Node, rounds: number): void {
  const { action } = node.agent;
  // MySQL does not notice that nobody waits for a clone any more.
  if (action?.name === "clone" && node.folder.clone?.state === "In Progress") node.orphan = action;
  Object.assign(node.agent, { isAlive: false, memory: {}, action: undefined, decision: undefined });
  Object.assign(node.agent, { failure: undefined, armed: undefined });
  node.agentStartsAt = Math.max(node.agentStartsAt, world.round + rounds);
}

export function cutPower(world: World, node: Node, rounds: number): void {
  crash(world, node, rounds);
  killAgent(world, node, rounds);
  node.isPowered = false;
}

/** Starts what is to start in this round. */
export function startAgain(world: World, node: Node): void {
  if (node.server === undefined && !node.isFenced && world.round >= node.startsAt) {
    node.isPowered = true;
    startServer(world, node);
  }
  if (!node.agent.isAlive && node.isPowered && world.round >= node.agentStartsAt) node.agent.isAlive = true;
}

/** As start.sh does: a first provisioning that was interrupted starts again from an empty folder. */
export function startServer(world: World, node: Node): void {
  if (node.folder.provisioning?.step === "initialising") emptyAll(world, node, "agent");
  const { folder } = node;
  folder.executed |= folder.logged;
  if (folder.clone?.state === "In Progress") folder.clone = { ...folder.clone, state: "Failed" };
  node.server = newServer(world.nextRun(), world.isGroup);
  node.server.appliable = NONE;
}
