import type { Fault } from "./faults.ts";
import { NONE } from "./ledger.ts";
import { answering } from "./lifecycle.ts";
import { type Node, storedIn, takesWrites } from "./node.ts";
import { shortOf, type World } from "./world.ts";
import { canCommit, isUnreadable, KEEPS_ACKNOWLEDGED, unappliedBeside } from "./writing.ts";

/** After the last fault, everything comes into its place, or a node says why not. */
export const COMES_INTO_PLACE = "everything comes into its place, or says why not";

/** States of a node that stays out of the cluster, and tells a person why. */
const EXCUSED = ["waiting", "alone", "refused", "diverged"];

/** Faults after which data may differ, so that a person has to decide. Others never leave a node out of its place. */
const DIVERGING = ["lose-disk", "errant", "poison", "failover", "recover-group", "recover-server"];

/** A node whose data a clone has dropped counts as incomplete until it has all data of a member. */
export const COUNTS_AS_INCOMPLETE = "no node counts as complete whose data were dropped";

/** What was acknowledged is somewhere, unless its loss was accepted, and what counts as data is complete. */
export function checkKept(world: World): void {
  for (const { name, folder } of world.nodes) {
    if (folder.provisioning === undefined && !folder.isPrepared) world.violated(COUNTS_AS_INCOMPLETE, name);
  }
  const stored = world.nodes.reduce((all, { folder }) => all | storedIn(folder), NONE);
  const lost = world.acknowledged & ~world.accepted & ~stored;
  if (lost !== NONE) world.violated(KEEPS_ACKNOWLEDGED, `no folder has ${world.ledger.gtidSet(lost)}`);
}

/** Why a node is out of its place; undefined: it is in it. */
function problemOf(world: World, node: Node, writer: Node): string | undefined {
  const server = answering(node);
  if (server === undefined) return "does not answer";
  if (node.folder.provisioning !== undefined) return "is not provisioned";
  if (node.folder.isDataLost) return "counts its data as lost";
  if (world.isGroup) {
    return server.groupState === "ONLINE" && server.group === writer.server?.group ? undefined : "is not in the group";
  }
  if (node === writer) return undefined;
  if (node.folder.source !== writer.index) return "does not replicate from the primary";
  return server.connectedTo === writer.server?.run && server.isApplying ? undefined : "does not follow";
}

/** The server that takes writes. undefined: none does, or several do. */
function writerIn(world: World): Node | undefined {
  const writers = world.nodes.filter((node) => {
    const server = answering(node);
    return server !== undefined && takesWrites(server) && canCommit(world, node, server);
  });
  return writers.length === 1 ? writers[0] : undefined;
}

export function isInPlace(world: World): boolean {
  const writer = writerIn(world);
  return (
    writer?.server !== undefined &&
    writer.server.sessions.length === 0 &&
    world.nodes.every((node) => problemOf(world, node, writer) === undefined)
  );
}

/** Judges the end. */
export function judge(world: World, faults: readonly Fault[]): void {
  checkKept(world);
  const writer = writerIn(world);
  if (writer !== undefined) {
    // A failover, and then the disk of the new primary lost: a person decides between the data that are left. What others
    // have received of it, and cannot apply, may be missing at the primary, and nothing else: a folder still has it.
    const isDisputed = world.hasFailedOver && isUnreadable(world, writer);
    const disputed = isDisputed ? unappliedBeside(world, writer) : NONE;
    const lost = world.acknowledged & ~world.accepted & ~disputed & ~writer.folder.executed;
    if (lost !== NONE) world.violated(KEEPS_ACKNOWLEDGED, `at last ${writer.name} lacks ${world.ledger.gtidSet(lost)}`);
  }
  const isExcused = faults.some(({ kind }) => DIVERGING.includes(kind));
  for (const node of world.nodes) {
    const problem = writer === undefined ? "has no primary" : problemOf(world, node, writer);
    if (problem !== undefined) judgeNode(world, node, problem, isExcused);
  }
}

/** Whether a node says of one that answers, and has data, that it does not. */
function isUntrue(world: World, text: string): boolean {
  const [, silent] = /(\S+)(?:, the primary,)? does not answer/.exec(text) ?? /silent: (.+)/.exec(text) ?? [];
  return world.nodes.some(
    (node) =>
      silent?.includes(node.name) === true &&
      answering(node) !== undefined &&
      node.folder.isPrepared &&
      storedIn(node.folder) !== NONE,
  );
}

function judgeNode(world: World, node: Node, problem: string, isExcused: boolean): void {
  const { decision, failure } = node.agent;
  const state = decision?.state ?? { word: "starting", text: "" };
  if (isExcused && !isUntrue(world, state.text)) {
    if (EXCUSED.includes(state.word) && state.text !== "") return;
    // What waits for a primary, or was refused by the group, may be in its place itself.
    if (failure === "join-group" || ["primary", "replica", "member"].includes(state.word)) return;
    if (node.folder.isPoisoned && /cannot be|cannot apply/.test(state.text)) return;
  }
  world.violated(COMES_INTO_PLACE, `${shortOf(node.name)} ${problem}: ${state.word}: ${state.text}`);
}
