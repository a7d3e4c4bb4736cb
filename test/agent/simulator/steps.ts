import type { Step } from "../../../agent/step.ts";
import type { Act } from "./action.ts";
import { Acts } from "./acts.ts";
import { cloneActs, endServer } from "./cloning.ts";
import type { Deciders } from "./deciders.ts";
import { handOver, joinActs, leaveAct } from "./groupActs.ts";
import { answering } from "./lifecycle.ts";
import { NOBODY, type Node } from "./node.ts";
import type { World } from "./world.ts";

/** What an agent decides in the middle of a step. */
export interface Deciding {
  /** Whether another look allows the node to begin its group. */
  readonly isStillToBegin: () => boolean;
  readonly isRefusal: Deciders["isRefusal"];
}

/** Breaks a step into its acts, in the order in which the agent does them. */
export function actsOf(world: World, node: Node, step: Step, { isStillToBegin, isRefusal }: Deciding): Act[] {
  const acts = new Acts(world, node);
  const { folder, container } = node;
  switch (step.do) {
    case "wait":
      return [];
    case "prepare":
      return [prepare(acts)];
    case "begin-cluster":
      return [
        acts.superReadOnlyOff(),
        acts.write("create databases", "setup"),
        acts.write("create accounts", "setup"),
        acts.write("record the term", "setup", { promoted: node.name, reason: "configured" }),
        unmark(acts),
      ];
    case "clone":
      return cloneActs(acts, world.named(step.donor), step.mark, isRefusal);
    case "keep-clone":
      return [acts.reset(), acts.file("mark lost data", () => setDataLost(node, true)), unmark(acts)];
    case "keep-data":
      return [unmark(acts)];
    case "empty-folder":
      return [
        acts.file("write the mark", () => {
          folder.provisioning = { step: "initialising", earlier: undefined };
        }),
        endServer(acts),
      ];
    case "start-applier":
      return [acts.startApplier()];
    case "stop-receiver":
      return [acts.stopReceiver()];
    case "open":
      return [
        acts.openForAgent(step.source === undefined ? NOBODY : world.named(step.source).index),
        acts.reset(),
        acts.write("complete the schema", "admin"),
        acts.write("note acknowledgements", "admin"),
        acts.semisyncOn(),
        acts.readOnlyOff(),
      ];
    case "note-open":
      return [
        acts.file("note the term", () => {
          folder.ledIn = step.term;
        }),
        acts.file("data complete", () => setDataLost(node, false)),
        acts.signSeenOpen(step.term),
      ];
    case "adopt":
      return [
        acts.superReadOnlyOff(),
        acts.write("record the term", "admin", { promoted: node.name, reason: "configured" }),
      ];
    case "close":
    case "free-clone":
      return [acts.unsign(), acts.dismissWriters(), acts.semisyncOff()];
    case "follow":
      return followActs(acts, world.named(step.source).index, step.how);
    case "reconnect":
      return connecting(acts, [acts.stopReceiver(), acts.startReplica()]);
    case "note-connected":
      return [connected(acts)];
    case "forget-password":
      return connecting(acts, [acts.stopReceiver(), acts.changeSource(folder.source), acts.startReplica()]);
    case "release-writers":
      return [acts.write("write nothing", "admin")];
    case "clear-data-lost":
      return [acts.file("data complete", () => setDataLost(node, false))];
    case "leave-source":
      return [acts.reset()];
    case "join-group":
      return joinActs(acts, undefined);
    case "begin-group":
      return joinActs(acts, isStillToBegin);
    case "leave-group":
      return [leaveAct(acts)];
    case "settle-in-group":
      return [
        acts.file("settle", () => {
          container.givenUp = [];
          node.isGivenUp = false;
          container.connectedWith = "present";
        }),
        acts.file("data complete", () => setDataLost(node, false)),
      ];
    case "hand-over":
      return [acts.sql("hand over", () => handOver(world, node))];
    case "record-election":
      return [acts.write("record the term", "admin", { promoted: node.name, reason: "elected" })];
    case "lead":
      return [acts.write("complete the schema", "admin"), acts.write("note acknowledgements", "admin")];
  }
}

function prepare(acts: Acts): Act {
  return acts.sql("create the schema", () => {
    acts.node.folder.isPrepared = true;
    return true;
  });
}

function unmark(acts: Acts): Act {
  return acts.file("remove the mark", () => {
    acts.node.folder.provisioning = undefined;
  });
}

function setDataLost({ folder }: Node, isDataLost: boolean): void {
  folder.isDataLost = isDataLost;
}

function followActs(acts: Acts, source: number, how: "first" | "again" | "instead"): Act[] {
  switch (how) {
    case "first":
      return connecting(acts, [acts.stopReplica(), acts.changeSource(source), acts.startReplica()]);
    case "again":
      return connecting(acts, [acts.stopReceiver(), acts.startReplica()]);
    case "instead":
      return connecting(acts, [
        acts.stopReceiver(),
        acts.startApplier(),
        acts.changeSource(source),
        acts.startReplica(),
      ]);
  }
}

/** Statements that start the receiver, and the record of the password that it has. */
function connecting(acts: Acts, statements: readonly Act[]): Act[] {
  const forget = acts.file("forget the connection", () => {
    acts.node.container.connectedWith = undefined;
  });
  return [forget, ...statements, connected(acts)];
}

function connected(acts: Acts): Act {
  const { node } = acts;
  return acts.file("note the connection", () => {
    if (answering(node) !== undefined && node.folder.source !== NOBODY) node.container.connectedWith = "present";
  });
}
