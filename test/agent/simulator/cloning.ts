import type { Provisioning } from "../../../agent/vocabulary.ts";
import type { Act } from "./action.ts";
import type { Acts } from "./acts.ts";
import { dropData } from "./deleting.ts";
import { NONE } from "./ledger.ts";
import { answering, crash, RESTART_ROUNDS, shutDown } from "./lifecycle.ts";
import { NOBODY, type Node } from "./node.ts";
import type { World } from "./world.ts";

/** Rounds that a clone copies. */
const COPY_ROUNDS = 2;

/** Whether the donor can be asked for a clone: 3862 otherwise, or it is not reached. */
type Asked = "accepted" | "busy" | "away";

function ask(world: World, node: Node, donor: Node): Asked {
  const server = answering(donor);
  if (server === undefined || !donor.folder.isPrepared || !world.reaches(node.index, donor.index)) return "away";
  const donates = server.donatesTo !== NOBODY && server.donatesTo !== node.index;
  return donates || donor.folder.clone?.state === "In Progress" ? "busy" : "accepted";
}

/** A clone deletes a copy of the data, for a time at least. */
export const KEEPS_USABLE = "no data are replaced by a clone that could go on by replication";

/** Whether replication from the donor would work, as nobody but the simulator knows. */
function couldGoOn(world: World, { folder, server }: Node, donor: Node): boolean {
  const has = folder.executed | folder.relayed;
  const isRefused = (world.ledger.of(donor.folder.uuid, has) & ~donor.folder.logged) !== NONE;
  const isLacking = (donor.folder.purged & ~has) !== NONE;
  return !isRefused && !isLacking && !folder.isPoisoned && server?.cannotApply === undefined;
}

/** The acts of a clone, as the shell does them: the mark comes first, and the server ends in any case but one. */
export function cloneActs(acts: Acts, donor: Node, mark: Provisioning): Act[] {
  const { world, node } = acts;
  let before: Provisioning | undefined;
  let copied = 0;
  const ended = (state: "Failed" | "Completed"): "failed" | "done" => {
    if (node.folder.clone !== undefined) node.folder.clone = { ...node.folder.clone, state };
    const server = answering(donor);
    if (server?.donatesTo === node.index) server.donatesTo = NOBODY;
    // A clone ends the server without an orderly end of its membership in a group.
    crash(world, node, RESTART_ROUNDS);
    return state === "Failed" ? "failed" : "done";
  };
  return [
    acts.file("write the mark", () => {
      before = node.folder.provisioning;
      node.folder.provisioning = mark;
    }),
    acts.stopReceiver(),
    acts.superReadOnlyOff(),
    acts.sql("ask the donor", () => {
      const answer = ask(world, node, donor);
      if (answer === "busy") {
        node.folder.provisioning = before;
        return "failed";
      }
      if (answer === "away") return ended("Failed");
      const server = answering(donor);
      if (server !== undefined) server.donatesTo = node.index;
      node.folder.clone = { began: `${world.round}.${node.index}`, state: "In Progress", hasDropped: false };
      return "done";
    }),
    acts.sql("drop the data", (server) => {
      if (mark.step === "cloning over data" && couldGoOn(world, node, donor)) {
        world.violated(KEEPS_USABLE, `${node.name} clones ${donor.name}, and could replicate from it`);
      }
      if (node.folder.clone !== undefined) node.folder.clone = { ...node.folder.clone, hasDropped: true };
      dropData(world, node);
      server.sessions = [];
      return true;
    }),
    acts.sql("copy", () => {
      if (ask(world, node, donor) !== "accepted") return ended("Failed");
      copied += 1;
      return copied < COPY_ROUNDS ? "again" : "done";
    }),
    acts.sql("complete", () => {
      if (ask(world, node, donor) !== "accepted") return ended("Failed");
      const { executed, source } = donor.folder;
      Object.assign(node.folder, {
        executed,
        logged: executed,
        purged: executed,
        source,
        isPrepared: true,
      });
      return ended("Completed");
    }),
  ];
}

/** Ends the server, as SHUTDOWN does. */
export function endServer(acts: Acts): Act {
  return acts.sql("shutdown", () => {
    shutDown(acts.world, acts.node, RESTART_ROUNDS);
    return true;
  });
}
