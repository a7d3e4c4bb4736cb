import { answering } from "./lifecycle.ts";
import { type Node, takesWrites } from "./node.ts";
import { replicasOf } from "./replication.ts";
import type { World } from "./world.ts";
import { canCommit, isIsolated, isReplaced, writeAsClient } from "./writing.ts";

/** Never two primaries that clients write to. */
export const ONE_WRITER = "never do two servers take writes";

/** Rounds that a router notices late. */
const ROUTER_ROUNDS = 1;
/** Rounds that a late step of an agent takes at most. */
const LATE_ROUNDS = 4;
const WRITES_CHANCE = 0.6;

/** Clients write through a router, which knows late who takes writes. */
export class Clients {
  readonly #world: World;
  #believed: readonly Node[] = [];
  #roundsWithTwo = 0;

  constructor(world: World) {
    this.#world = world;
  }

  write(): void {
    const world = this.#world;
    for (const node of this.#believed) {
      if (!world.reaches(node.index, world.clients) || !world.random.chance(WRITES_CHANCE)) continue;
      writeAsClient(world, node);
    }
    this.#believed = world.nodes.filter(
      (node) => world.reaches(node.index, world.clients) && takesWrites(answering(node)),
    );
    this.#check();
    if (!world.hasFailedOver) return;
    for (const node of world.nodes) if (isIsolated(world, node)) node.isolatedAt = world.round;
  }

  /** Whether two servers take writes for longer than a router may believe so. */
  #check(): void {
    const world = this.#world;
    if (this.#believed.length < 2) {
      this.#roundsWithTwo = 0;
      return;
    }
    const writers = this.#believed.filter((node) => isWriting(world, node) && !isExcused(world, node));
    this.#roundsWithTwo = writers.length > 1 ? this.#roundsWithTwo + 1 : 0;
    if (this.#roundsWithTwo > ROUTER_ROUNDS) {
      world.violated(ONE_WRITER, `${writers.map(({ name }) => name).join(" and ")} take writes`);
    }
  }
}

/** Whether nobody could tell a replaced primary, or its agent cannot close it yet. */
function isExcused(world: World, node: Node): boolean {
  if (!isReplaced(world, node)) return false;
  const { isAlive, lagsUntil } = node.agent;
  // What is late takes some rounds more.
  const until = Math.max(lagsUntil, node.hearsBadlyUntil) + LATE_ROUNDS;
  return !isAlive || (until > LATE_ROUNDS && world.round < until) || isIsolated(world, node);
}

/** Whether a server really ends writes: one that waits for a majority or a replica does not. */
function isWriting(world: World, node: Node): boolean {
  const { server } = node;
  if (server === undefined || !canCommit(world, node, server) || server.sessions.length > 0) return false;
  return !server.isSource || world.mode.withoutReplica === "degrade" || replicasOf(world, server) > 0;
}
