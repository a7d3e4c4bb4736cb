import type { Decision } from "../step.ts";
import { answersOf, newestTerm, type Seen, silentOf, take, wait } from "./decision.ts";
import { beforeLeaving } from "./leaving.ts";
import { problemIn } from "./place.ts";
import { beReplicaOf } from "./replica.ts";

/** Group Replication, whose members elect their primary themselves. */
export function keepInGroup(seen: Seen): Decision {
  const { own } = seen;
  if (own.group === "ONLINE") return own.hasMajority ? beMember(seen) : beInMinority(seen);
  if (own.group === "RECOVERING")
    return wait(seen, "starting", "catching up with the group", "the group has accepted it");
  return comeIn(seen);
}

function beMember(seen: Seen): Decision {
  const { own, marks, settings, memory } = seen;
  const state = { word: "member", text: own.role ?? "" } as const;
  if (marks.givenUp.length > 0 || marks.isDataLost || marks.connectedWith !== "present") {
    const reason = "the group has this node, with everything that it has";
    return { ...take(seen, { do: "settle-in-group" }, "", reason), state };
  }
  if (marks.isToRegroup && own.role === "SECONDARY") {
    return beforeGroup(seen) ?? take(seen, { do: "join-group" }, "joining the group again", "a command asks for it");
  }
  const problem = problemIn(own);
  // A group takes no writes until its primary has applied everything that it received.
  if (problem !== undefined) return wait(seen, "starting", `this node ${problem}`, "MySQL is about to change it");
  if (own.role !== "PRIMARY") return wait(seen, state.word, state.text, "it is in the group");
  if (settings.isArbiter) {
    return { ...take(seen, { do: "hand-over" }, "", "an arbiter hands over to a member with clients"), state };
  }
  if (own.term.promoted !== settings.member) {
    return { ...take(seen, { do: "record-election" }, "", "the group has elected it"), state };
  }
  const { number } = own.term;
  if (memory.ledIn === number) return wait(seen, state.word, state.text, "it is in the group");
  return { ...take(seen, { do: "lead", term: number }, "", "it leads since this term", { ledIn: number }), state };
}

/**
 * This node has lost contact with the majority. It takes no writes, and continues when the others are back. If all others
 * have been restarted, they are not in the group any more: then this node leaves, too, so that the group can begin again.
 */
function beInMinority(seen: Seen): Decision {
  const isGroupLeft = answersOf(seen).every(([, { group }]) => group !== "ONLINE" && group !== "RECOVERING");
  if (silentOf(seen).length === 0 && isGroupLeft) {
    return {
      ...take(seen, { do: "leave-group" }, "", "every other member answers, and none is in a group"),
      state: { word: "waiting", text: "the others have left the group; leaving it as well" },
    };
  }
  return wait(
    seen,
    "alone",
    "in the minority of the group, and read-only until there is a majority",
    "the others may take writes without it",
  );
}

/** Outside its group: joins it, or begins it again if it is nowhere. */
function comeIn(seen: Seen): Decision {
  const answers = answersOf(seen);
  const [online] = answers.find(([, { group }]) => group === "ONLINE") ?? [];
  if (online !== undefined) {
    // A group neither accepts nor rejects a member that comes back before it was expelled, for more than a minute.
    return seen.peers?.get(online)?.seesThisNode
      ? wait(seen, "waiting", "the group still lists the former run of this node", `${online} is in that group`)
      : join(seen, online);
  }
  const [recovering] = answers.find(([, { group }]) => group === "RECOVERING") ?? [];
  if (recovering !== undefined) {
    return wait(seen, "waiting", `${recovering} is about to come online`, "a group is about to be there");
  }
  const { promoted } = newestTerm(seen);
  // The cluster is moving from another kind of replication, and its primary comes last.
  if (promoted !== undefined && seen.peers?.get(promoted)?.writes) return beReplicaOf(seen, promoted);
  const silent = silentOf(seen);
  if (!silent.every((member) => seen.marks.givenUp.includes(member))) {
    return wait(
      seen,
      "alone",
      `the group has no members, and begins again when all of them answer; silent: ${silent.join(" ")}`,
      "a silent member may have transactions that nobody else has, or be in a group",
    );
  }
  return beginGroup(seen, promoted);
}

/** A member first tries whether it reaches itself: MySQL would wait if its own account did not have the password yet. */
function beforeGroup(seen: Seen): Decision | undefined {
  const leaving = beforeLeaving(seen, "before it is in the group");
  if (leaving !== undefined) return leaving;
  if (seen.own.source !== undefined) {
    return take(seen, { do: "leave-source" }, "replicating beside the group no more", "everything is applied");
  }
  if (seen.own.hasReplicationPassword) return undefined;
  return wait(
    seen,
    "starting",
    "giving the account replication the password of the file",
    "the member could not reach itself",
  );
}

function join(seen: Seen, online: string): Decision {
  const reason = `${online} is in a group that does not have this node`;
  return beforeGroup(seen) ?? take(seen, { do: "join-group" }, "joining the group", reason);
}

/**
 * The group has no members, and every member has answered, or a person has given up the silent ones. A member that has
 * all transactions of all others begins the group; of several such members, one does. All come to the same answer,
 * because none can take writes meanwhile.
 */
function beginGroup(seen: Seen, promoted: string | undefined): Decision {
  const { own, settings } = seen;
  const answers = answersOf(seen);
  const [more] = answers.find(([, { held }]) => !held.isSubsetOf(own.held)) ?? [];
  if (more !== undefined) {
    const text = `${more} has transactions that this node lacks, and begins the group if it has all`;
    return wait(seen, "waiting", text, "beginning would lose those of the other");
  }
  const equals = answers.filter(([, { held }]) => own.held.isSubsetOf(held)).map(([peer]) => peer);
  const candidates = [settings.member, ...equals].sort();
  const chosen = candidates.find((member) => member === promoted) ?? candidates[0];
  if (chosen !== settings.member)
    return wait(seen, "waiting", `${chosen} begins the group`, "it has as much as this node");
  return (
    beforeGroup(seen) ??
    take(
      seen,
      { do: "begin-group" },
      "beginning the group, because this node has everything",
      `no member is in a group, and of those with everything (${candidates.join(", ")}) this one begins`,
    )
  );
}
