import { NONE } from "./ledger.ts";
import { elect, isActive, remove, setOutside } from "./membership.ts";
import { type Group, heldIn, NOBODY, type Node, type Server } from "./node.ts";
import type { World } from "./world.ts";

/** Rounds without contact after which a group expels a member. */
const EXPEL_ROUNDS = 5;
/** Rounds that a member needs to catch up, and rounds without a donor after which it fails. */
const RECOVERY_ROUNDS = 2;
const DONOR_ROUNDS = 10;

/** One round of every group: who is in contact, who is expelled, what is delivered, and who leads. */
export function runGroups(world: World): void {
  for (const group of world.groups) runGroup(world, group);
  for (const node of world.nodes) noticeExpulsion(world, node);
}

function runGroup(world: World, group: Group): void {
  group.majority = majorityOf(world, group);
  for (const member of group.members) {
    const { server } = world.node(member);
    if (server?.group === group) server.hasMajority = group.majority.includes(member);
  }
  for (const node of world.nodes) failWithoutDonor(world, group, node);
  if (group.majority.length === 0) return;
  for (const member of group.members) {
    group.missing[member] = group.majority.includes(member) ? 0 : (group.missing[member] ?? 0) + 1;
  }
  for (const member of group.members.filter((one) => (group.missing[one] ?? 0) > EXPEL_ROUNDS)) {
    world.tell(() => `the group expels server${member + 1}`);
    remove(world, group, member);
  }
  for (const member of group.majority) serveMember(world, group, world.node(member));
  if (group.primary === NOBODY) elect(world, group);
}

/** The members that reach each other, if they are more than half of the group. The primary stays with them if it can. */
function majorityOf(world: World, group: Group): number[] {
  const active = group.members.filter((member) => isActive(world, group, member));
  const cliques = active.map((first) => {
    const clique = [first];
    for (const other of active) if (clique.every((one) => world.reaches(one, other))) clique.push(other);
    return clique;
  });
  const weight = (clique: readonly number[]) => clique.length * 2 + (clique.includes(group.primary) ? 1 : 0);
  const best = cliques.reduce<number[]>((most, clique) => (weight(clique) > weight(most) ? clique : most), []);
  const unique = [...new Set(best)].sort();
  return unique.length * 2 > group.members.length ? unique : [];
}

function serveMember(world: World, group: Group, node: Node): void {
  const { server, folder } = node;
  if (server === undefined) return;
  server.view = group.members;
  if (server.groupState === "RECOVERING") recover(world, group, node, server);
  else folder.grouped |= group.certified;
  if (world.round >= node.appliesAgainAt) {
    const applied = server.appliable & folder.grouped;
    folder.logged |= applied;
    folder.executed |= applied;
  }
  server.appliable = folder.grouped;
  // A group takes no writes until its primary has applied everything that it received.
  if (server.role === "PRIMARY" && server.groupState === "ONLINE" && server.isReadOnly) {
    if ((folder.grouped & ~folder.executed) !== NONE) return;
    server.isReadOnly = false;
    server.isSuperReadOnly = false;
  }
}

/** Distributed recovery: the member gets what it lacks from an online one, and applies it. */
function recover(world: World, group: Group, node: Node, server: Server): void {
  const { folder } = node;
  server.recovering += 1;
  // A member that begins a group needs no other.
  const donor = server.role === "PRIMARY" ? node.index : donorFor(world, group, node);
  if (donor === undefined) return;
  if (server.recovering < RECOVERY_ROUNDS) return;
  const given = world.node(donor).folder;
  const lacking = group.certified & ~heldIn(folder);
  if (donor !== node.index && (lacking & given.purged) !== NONE) {
    // MySQL clones the donor instead, which is no danger: the group has everything of this member.
    folder.purged |= given.executed;
    folder.logged |= given.executed;
    folder.executed |= given.executed;
  }
  folder.grouped |= group.certified;
  if ((server.appliable & ~folder.executed) === NONE && server.recovering > RECOVERY_ROUNDS) {
    server.groupState = "ONLINE";
  }
}

function donorFor(world: World, group: Group, { index }: Node): number | undefined {
  return group.majority.find((member) => member !== index && world.node(member).server?.groupState === "ONLINE");
}

/** A member that finds nobody to recover from fails. */
function failWithoutDonor(world: World, group: Group, node: Node): void {
  const { server } = node;
  if (server?.group !== group || server.groupState !== "RECOVERING" || server.role === "PRIMARY") return;
  if (donorFor(world, group, node) !== undefined) return;
  server.withoutDonor += 1;
  if (server.withoutDonor <= DONOR_ROUNDS) return;
  if (group.majority.includes(node.index)) remove(world, group, node.index);
  setOutside(server, "ERROR");
}

/** A member that was expelled notices it when it reaches the others again. */
function noticeExpulsion(world: World, node: Node): void {
  const { server } = node;
  const group = server?.group;
  if (server === undefined || group === undefined || node.isFrozen) return;
  if (group.members.includes(node.index) && group.runs[node.index] === server.run) return;
  server.hasMajority = false;
  const isTold = (member: number) => isActive(world, group, member) && world.reaches(member, node.index);
  if (group.members.some(isTold)) setOutside(server, "ERROR");
}

/** Begins a group of one member. */
export function bootstrap(world: World, node: Node, server: Server): void {
  const group: Group = {
    ...{ members: [node.index], runs: [], missing: [], primary: node.index },
    ...{ certified: heldIn(node.folder), majority: [node.index] },
  };
  world.groups.push(group);
  enter(group, node, server);
  server.role = "PRIMARY";
}

/** The group that takes this node in. A former run of the node has to be expelled first. */
export function groupFor(world: World, node: Node): Group | undefined {
  return world.groups.find((group) =>
    group.majority.some(
      (member) => world.node(member).server?.groupState === "ONLINE" && world.reaches(member, node.index),
    ),
  );
}

export function enter(group: Group, node: Node, server: Server): void {
  if (!group.members.includes(node.index)) group.members = [...group.members, node.index].sort();
  group.runs[node.index] = server.run;
  group.missing[node.index] = 0;
  Object.assign(server, { group, groupState: "RECOVERING", role: "SECONDARY", hasMajority: true, recovering: 0 });
  server.withoutDonor = 0;
  server.view = group.members;
  server.isReadOnly = true;
  server.isSuperReadOnly = true;
}
