import type { GtidSet } from "../gtidSet.ts";
import type { Observation, OwnServer, PeerServer } from "../observation.ts";
import type { Marks, Term } from "../vocabulary.ts";

/** What a decision was made from, in words for people: a line for the own server, its marks and each member asked. */
export function facts({ own, marks, peers, settings }: Omit<Observation, "memory">): string[] {
  return [
    own === undefined ? "own server: does not answer" : `own server: ${ownFacts(own).join(", ")}`,
    ...markFacts(marks),
    ...(peers === undefined
      ? []
      : settings.peers.map((peer) => {
          const answer = peers.get(peer);
          return `${peer}: ${answer === undefined ? "does not answer" : peerFacts(answer).join(", ")}`;
        })),
  ];
}

const termFact = ({ number, promoted }: Term) =>
  promoted === undefined ? "no primary term" : `term ${number} of ${promoted}`;

const setFact = (set: GtidSet) => (set.isEmpty ? "nothing executed" : `executed ${set}`);

const groupFacts = ({ group, role }: Pick<OwnServer, "group"> & Partial<Pick<OwnServer, "role">>) =>
  group === "NONE" || group === "OFFLINE" ? [] : [`${group}${role === undefined ? "" : ` as ${role}`} in the group`];

function ownFacts(own: OwnServer): string[] {
  const { source, semisync } = own;
  return [
    termFact(own.term),
    own.writes ? "takes writes" : own.isClosed ? "closed" : "read-only",
    ...(own.openedIn === 0 ? [] : [`opened in term ${own.openedIn}`]),
    ...groupFacts(own),
    ...(own.group === "NONE" || own.group === "OFFLINE" || own.hasMajority ? [] : ["without a majority"]),
    ...(source === undefined
      ? []
      : [
          `source ${source}, ${own.isReceiving ? "receives" : "does not receive"}, ${own.isApplying ? "applies" : "does not apply"}`,
        ]),
    setFact(own.executed),
    ...(own.held.equals(own.executed) ? [] : [`has also ${own.held.subtract(own.executed)}`]),
    ...(own.unapplied.isEmpty ? [] : [`not applied ${own.unapplied}`]),
    ...(own.broken === undefined ? [] : [`broken: ${own.broken}`]),
    ...(own.cannotApply === undefined ? [] : [`cannot apply: ${own.cannotApply}`]),
    ...(own.clone === undefined ? [] : [`last clone ${own.clone.state}, begun ${own.clone.began}`]),
    ...(semisync.waiting === 0
      ? []
      : [`${semisync.waiting} writers wait, ${semisync.replicas} replicas can acknowledge`]),
    ...(own.hasReplicationPassword ? [] : ["the account replication has not the password of the file"]),
  ];
}

function peerFacts(peer: PeerServer): string[] {
  return [
    termFact(peer.term),
    peer.writes ? "takes writes" : "read-only",
    ...groupFacts(peer),
    ...(peer.seesThisNode ? ["its group has this node"] : []),
    setFact(peer.executed),
    ...(peer.held.equals(peer.executed) ? [] : [`has also ${peer.held.subtract(peer.executed)}`]),
    ...(peer.unclonable.length === 0 ? [] : [`not clonable: ${peer.unclonable.join(", ")}`]),
  ];
}

function markFacts(marks: Marks): string[] {
  const { provisioning, isDataLost, givenUp, isToRegroup, knownTerm, ledIn } = marks;
  const words = [
    ...(provisioning === undefined ? [] : [`provisioning: ${provisioning.step}`]),
    ...(isDataLost ? ["own data was lost"] : []),
    ...(ledIn === 0 ? [] : [`led in term ${ledIn}`]),
    ...(knownTerm.number === 0 ? [] : [`knows ${termFact(knownTerm)}`]),
    ...(givenUp.length === 0 ? [] : [`given up: ${givenUp.join(", ")}`]),
    ...(isToRegroup ? ["asked to leave its group and to come back"] : []),
  ];
  return words.length === 0 ? [] : [`marks: ${words.join(", ")}`];
}
