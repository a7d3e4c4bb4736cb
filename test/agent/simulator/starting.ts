import { NONE } from "./ledger.ts";
import { startServer } from "./lifecycle.ts";
import type { World } from "./world.ts";

/** Transactions that a cluster with data has at the beginning. */
const WRITTEN = 3;

/** The state from which a simulation begins: empty folders, a cluster in its place, or one that changes its kind. */
export function begin(world: World): void {
  if (world.mode.start !== "empty") fill(world);
  for (const node of world.nodes) startServer(world, node);
}

/** Data as after a clean stop: the first node was primary, and the others have what they received. */
function fill({ ledger, nodes, mode, random }: World): void {
  const [first, ...others] = nodes;
  if (first === undefined) return;
  let written = NONE;
  for (let left = WRITTEN; left > 0; left--) written |= ledger.add(first.folder.uuid, "admin");
  written |= ledger.addTerm(first.folder.uuid, "admin", written, { promoted: first.name, reason: "configured" });
  Object.assign(first.folder, { logged: written, executed: written, provisioning: undefined, isPrepared: true });
  for (const { folder } of others) {
    const isBehind = mode.start === "moving" && random.chance(0.5);
    const executed = isBehind ? written & (written - 1n) : written;
    Object.assign(folder, { logged: executed, executed, provisioning: undefined, isPrepared: true });
    if (mode.replication !== "group" || mode.start === "moving") {
      Object.assign(folder, { source: first.index, relayed: written });
    }
  }
}
