import type { Act, Outcome } from "./action.ts";
import type { Acts } from "./acts.ts";
import { bootstrap, enter, groupFor } from "./grouping.ts";
import { NONE } from "./ledger.ts";
import { isActive, leaveGroup, setPrimary } from "./membership.ts";
import { heldIn, type Node, type Server } from "./node.ts";
import type { World } from "./world.ts";

/** Rounds after which a start gives up: nobody takes the member in, or its former run is still there. */
const START_ROUNDS = 6;

/**
 * Joins a group, or begins one.
 * @param isStillToBegin the last look before the group begins; undefined: the node joins
 */
export function joinActs(acts: Acts, isStillToBegin: (() => boolean) | undefined): Act[] {
  const { world, node } = acts;
  let tried = 0;
  return [
    acts.file("forget the connection", () => {
      node.container.connectedWith = undefined;
      node.container.isToRegroup = false;
    }),
    leaveAct(acts),
    acts.sql(isStillToBegin === undefined ? "bootstrap off" : "bootstrap on", (server) => {
      server.bootstraps = isStillToBegin !== undefined;
      return true;
    }),
    acts.sql("start group", (server) => {
      // The agent looks and starts without a pause, however slow it was before.
      if (isStillToBegin?.() === false) {
        server.bootstraps = false;
        return false;
      }
      tried += 1;
      return start(world, node, server, tried);
    }),
    acts.sql("bootstrap off", (server) => {
      server.bootstraps = false;
      return true;
    }),
  ];
}

export function leaveAct(acts: Acts): Act {
  return acts.sql("stop group", () => {
    leaveGroup(acts.world, acts.node);
    return true;
  });
}

function start(world: World, node: Node, server: Server, tried: number): Outcome {
  if (server.bootstraps) {
    bootstrap(world, node, server);
    return "done";
  }
  const group = groupFor(world, node);
  if (group === undefined || group.members.includes(node.index)) return tried < START_ROUNDS ? "again" : "failed";
  // It has more transactions than the group.
  if ((heldIn(node.folder) & ~group.certified) !== NONE) return "failed";
  enter(group, node, server);
  return "done";
}

/** Makes another member the primary, which is not an arbiter. */
export function handOver(world: World, node: Node): boolean {
  const group = node.server?.group;
  if (group === undefined || !group.majority.includes(node.index)) return false;
  const other = group.majority.find((member) => member !== node.index && canLead(world, member));
  if (other === undefined) return false;
  setPrimary(world, group, other);
  return true;
}

function canLead(world: World, member: number): boolean {
  const { server, isArbiter } = world.node(member);
  return server?.groupState === "ONLINE" && !isArbiter;
}

/** Makes this member the primary of its group. */
export function setAsPrimary(world: World, from: Node, to: Node): boolean {
  const group = from.server?.group;
  if (group === undefined || !isActive(world, group, from.index) || !group.majority.includes(to.index)) return false;
  if (to.server?.groupState !== "ONLINE") return false;
  if (group.primary !== to.index) setPrimary(world, group, to.index);
  return true;
}
