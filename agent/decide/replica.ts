import type { PeerServer } from "../observation.ts";
import type { Decision } from "../step.ts";
import { newestTerm, type Seen, take, wait } from "./decision.ts";
import { cloneFrom } from "./provision.ts";

export function beReplicaOf(seen: Seen, primary: string): Decision {
  const { own, memory } = seen;
  if (!own.isClosed) return take(seen, { do: "close" }, `following ${primary}`, `${primary} is the promoted primary`);
  if (own.source === primary && own.isReceiving && own.isApplying) return follow(seen, primary);
  const answer = seen.peers?.get(primary);
  if (answer === undefined) {
    return wait(seen, "alone", `${primary}, the primary, does not answer`, "nobody else says what it lacks");
  }
  const errant = own.held.subtract(answer.logged);
  if (!errant.isEmpty) {
    const text = `this node has errant transactions, which ${primary} has not: ${errant}`;
    return (
      part(seen, primary) ?? wait(seen, "diverged", text, "following would hide them, and a clone would delete them")
    );
  }
  if (own.broken !== undefined) return mend(seen, primary, own.broken);
  const how = own.source === undefined ? "first" : own.source === primary ? "again" : "instead";
  const reason = `${primary} is the promoted primary of term ${newestTerm(seen).number}, and has everything of this node`;
  return take(seen, { do: "follow", source: primary, how }, `following ${primary}`, reason, memory);
}

/**
 * A primary that was replaced may not know it yet. If this node stayed its replica, it would acknowledge transactions
 * that the new primary never gets. undefined: this node has left it, or has no other source than the new primary.
 */
function part(seen: Seen, primary: string): Decision | undefined {
  const { own, memory } = seen;
  const { number } = newestTerm(seen);
  if (own.source === undefined || own.source === primary || memory.partedIn === number) return undefined;
  const text = `receiving no more from ${own.source}`;
  return take(seen, { do: "stop-receiver" }, text, `${primary} is the primary`, { partedIn: number });
}

/**
 * A source that has just cloned this node's data has broken its connections: the first failure is no reason to clone.
 */
function mend(seen: Seen, primary: string, broken: string): Decision {
  const { own, memory } = seen;
  const { number } = newestTerm(seen);
  // The error is that of the source before, which is the primary no more.
  if (own.source !== primary && own.cannotApply === undefined) {
    const how = own.source === undefined ? "first" : "instead";
    const reason = `replication from ${own.source} stopped, and ${primary} is the primary: ${broken}`;
    return take(seen, { do: "follow", source: primary, how }, `following ${primary}`, reason);
  }
  if (own.source === primary && own.cannotApply === undefined && memory.resumedIn !== number) {
    const step = { do: "follow", source: primary, how: "again" } as const;
    return take(seen, step, `following ${primary}`, `replication stopped: ${broken}`, { resumedIn: number });
  }
  // The receiver may receive and confirm more meanwhile, which the clone would delete.
  if (own.isReceiving) {
    return take(seen, { do: "stop-receiver" }, `receiving no more, before a clone of ${primary}`, `broken: ${broken}`);
  }
  return cloneFrom(seen, primary, "cloning over data", `replication stopped, and ${primary} has everything: ${broken}`);
}

/** In its place. What is left to do here waits for no other. */
function follow(seen: Seen, primary: string): Decision {
  const { own, marks } = seen;
  const answer = seen.peers?.get(primary);
  const state = { word: "replica", text: `of ${primary}` } as const;
  const also = (step: Decision["step"], reason: string): Decision => ({ ...take(seen, step, "", reason), state });
  if (own.storesPassword) return also({ do: "forget-password" }, "an older version had MySQL store the password");
  const connection = connectionOf(marks.connectedWith, answer);
  if (connection !== undefined) return also({ do: connection }, "MySQL would connect again with the password before");
  if (marks.isDataLost && answer?.executed.isSubsetOf(own.held)) {
    return also({ do: "clear-data-lost" }, "the clone has everything that the primary has");
  }
  return wait(seen, state.word, state.text, "it receives and applies");
}

/**
 * The controller starts the receiver of a former primary, and records nothing: it had the present password if the
 * primary takes no other. Another connection would pause the writers of a semisync primary.
 */
function connectionOf(
  known: Seen["marks"]["connectedWith"],
  primary: PeerServer | undefined,
): "reconnect" | "note-connected" | undefined {
  if (known === "present" || primary === undefined) return undefined;
  return known === undefined && primary.takesFormerPassword === false ? "note-connected" : "reconnect";
}
