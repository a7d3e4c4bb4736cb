import type { Group, Node, Server } from "./node.ts";
import { NOBODY } from "./node.ts";
import type { World } from "./world.ts";

/** Whether this run of the server is the one that the group has. */
export function isActive(world: World, group: Group, index: number): boolean {
  const { server, isFrozen } = world.node(index);
  return server !== undefined && !isFrozen && server.group === group && server.run === group.runs[index];
}

/** Ends the membership, as STOP GROUP_REPLICATION does: the others learn it at once if they can be reached. */
export function leaveGroup(world: World, node: Node): void {
  const { server } = node;
  if (server === undefined) return;
  const { group } = server;
  if (group?.majority.includes(node.index) && group.runs[node.index] === server.run) remove(world, group, node.index);
  setOutside(server, "OFFLINE");
}

export function setOutside(server: Server, state: "OFFLINE" | "ERROR"): void {
  Object.assign(server, { group: undefined, role: undefined, hasMajority: false, view: [], recovering: 0 });
  server.groupState = state;
  server.isReadOnly = true;
  server.isSuperReadOnly = true;
}

/** The group goes on without a member. */
export function remove(world: World, group: Group, index: number): void {
  group.members = group.members.filter((member) => member !== index);
  group.majority = group.majority.filter((member) => member !== index);
  if (group.primary === index || group.primary === NOBODY) elect(world, group);
}

/** The online member of the greatest weight becomes the primary. An arbiter has none. */
export function elect(world: World, group: Group): void {
  const online = group.majority.filter(
    (member) => isActive(world, group, member) && world.node(member).server?.groupState === "ONLINE",
  );
  const [best] = [...online].sort((one, other) => weightOf(world, other) - weightOf(world, one) || one - other);
  setPrimary(world, group, best ?? NOBODY);
}

/** Every member that is reached learns it; the former primary takes no writes from now on. */
export function setPrimary(world: World, group: Group, primary: number): void {
  group.primary = primary;
  for (const member of group.majority) {
    const { server } = world.node(member);
    if (server === undefined) continue;
    server.role = member === primary ? "PRIMARY" : "SECONDARY";
    server.isReadOnly = true;
    server.isSuperReadOnly = true;
  }
}

function weightOf(world: World, member: number): number {
  return world.node(member).isArbiter ? 0 : 80;
}
