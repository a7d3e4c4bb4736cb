import type { Observation } from "../observation.ts";
import type { Decision } from "../step.ts";
import { knownTerm, learnedFrom, take, wait } from "./decision.ts";
import { keepInGroup } from "./group.ts";
import { provision } from "./provision.ts";
import { keepReplicating } from "./replicating.ts";

/** Decides the next step of a node. A pure function: the same observation leads to the same step. */
export function decide(observation: Observation): Decision {
  const decision = decideStep(observation);
  const isKept = observation.settings.replication !== "group" && observation.marks.provisioning === undefined;
  const learned = isKept ? learnedFrom(observation) : undefined;
  return learned === undefined ? decision : { ...decision, learned };
}

function decideStep(observation: Observation): Decision {
  const { own, marks, settings } = observation;
  if (own === undefined) return wait(observation, "starting", "MySQL does not answer", "there is nothing to decide");
  const seen = { ...observation, own };
  if (marks.provisioning !== undefined) return provision(seen, marks.provisioning);
  // Received and confirmed transactions may exist nowhere else, so they are applied whichever member is primary.
  if (own.source !== undefined && !own.isApplying && own.cannotApply === undefined) {
    // MySQL would wait for each transaction that the applier is in, so a node that is to close closes before.
    if (settings.replication !== "group" && !own.isClosed && !own.writes) {
      return take(
        seen,
        { do: "close" },
        `applying what was received from ${own.source}`,
        "its applier is about to start",
      );
    }
    return {
      ...wait(observation, "starting", `applying what was received from ${own.source}`, "the applier does not run"),
      step: { do: "start-applier" },
    };
  }
  return settings.replication === "group" ? keepInGroup(seen) : keepReplicating(seen);
}

/**
 * Whether a node that has decided to begin its group would still decide so. Between the look and the start another member
 * may have got more, and may have begun the group by itself: two groups would follow.
 */
export function isStillToBegin(observation: Observation): boolean {
  return decide(observation).step.do === "begin-group";
}

/**
 * Whether a decision needs the other members' answers. A replica that follows the primary learns from its own tables
 * which member is promoted next, and so does an online member of a group.
 */
export function needsPeers(observation: Omit<Observation, "peers">): boolean {
  const { own, marks, settings } = observation;
  if (own === undefined) return false;
  if (marks.provisioning !== undefined) return marks.provisioning.step === "initialising";
  const isSettled =
    settings.replication === "group"
      ? own.group === "RECOVERING" || (own.group === "ONLINE" && own.hasMajority)
      : own.isReceiving && own.isApplying && own.source === knownTerm(observation).promoted;
  return !isSettled || marks.isDataLost || (own.source !== undefined && marks.connectedWith !== "present");
}
