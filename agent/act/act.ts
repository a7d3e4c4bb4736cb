import type { Step } from "../step.ts";
import type { Marks } from "../vocabulary.ts";
import { clone } from "./cloning.ts";
import { close } from "./closing.ts";
import { enterGroup, handOver, leaveGroup } from "./grouping.ts";
import type { Hands } from "./hands.ts";
import { beginCluster, emptyFolder, keepClone, prepare } from "./provisioning.ts";
import {
  adopt,
  follow,
  forgetPassword,
  lead,
  noteConnected,
  noteOpen,
  open,
  reconnect,
  recordElection,
  releaseWriters,
} from "./replicating.ts";
import { WITHOUT_SOURCE } from "./replicationSql.ts";

/**
 * Carries out one step. A power cut may end it anywhere: then the next observation shows how far it came, and the step
 * that follows from it goes on from there.
 * @param marks as they were observed
 */
export async function act(step: Step, hands: Hands, marks: Pick<Marks, "provisioning">): Promise<void> {
  const { own, marks: files } = hands;
  switch (step.do) {
    case "wait":
      return;
    case "prepare":
      return prepare(hands);
    case "begin-cluster":
      return beginCluster(hands);
    case "clone":
      return clone(hands, step.donor, step.mark, marks.provisioning);
    case "keep-clone":
      return keepClone(hands);
    case "keep-data":
      return files.setProvisioning(undefined);
    case "empty-folder":
      return emptyFolder(hands);
    case "start-applier":
      return own.execute("START REPLICA SQL_THREAD FOR CHANNEL ''");
    case "stop-receiver":
      return own.execute("STOP REPLICA IO_THREAD FOR CHANNEL ''");
    case "open":
      return open(hands, step.source);
    case "note-open":
      return noteOpen(hands, step.term);
    case "adopt":
      return adopt(hands);
    case "close":
    case "free-clone":
      return close(hands);
    case "follow":
      return follow(hands, step.source, step.how);
    case "reconnect":
      return reconnect(hands);
    case "note-connected":
      return noteConnected(hands);
    case "forget-password":
      return forgetPassword(hands);
    case "release-writers":
      return releaseWriters(hands);
    case "clear-data-lost":
      return files.setDataLost(false);
    case "leave-source":
      return own.execute(WITHOUT_SOURCE);
    case "join-group":
      return enterGroup(hands, false);
    case "begin-group":
      return enterGroup(hands, true);
    case "leave-group":
      return leaveGroup(hands);
    case "settle-in-group":
      return files.settleInGroup();
    case "hand-over":
      return handOver(hands);
    case "record-election":
      return recordElection(hands);
    case "lead":
      return lead(hands);
  }
}
