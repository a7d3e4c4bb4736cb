import type { Decision } from "../step.ts";
import { newestTerm, type Seen, take, wait } from "./decision.ts";
import { bePrimary } from "./primary.ts";
import { beReplicaOf } from "./replica.ts";

/** Asynchronous and semisynchronous replication: a primary and its replicas. */
export function keepReplicating(seen: Seen): Decision {
  const { promoted } = newestTerm(seen);
  if (promoted === seen.settings.member) return bePrimary(seen);
  return promoted === undefined ? adopt(seen) : beReplicaOf(seen, promoted);
}

/** Clusters of the first versions of the program have no primary term yet. */
function adopt(seen: Seen): Decision {
  const { own, settings } = seen;
  if (own.source !== undefined) {
    const state = { word: "replica", text: `of ${own.source}` } as const;
    const reason = "there is no primary term yet";
    if (own.isReceiving) return wait(seen, state.word, state.text, reason);
    return { ...take(seen, { do: "follow", source: own.source, how: "again" }, "", reason), state };
  }
  if (settings.desiredPrimary === settings.member) {
    return take(seen, { do: "adopt" }, "recording the first primary term", "the data are of a version without terms");
  }
  return wait(
    seen,
    "refused",
    "no member has been promoted to primary, and this node replicates from none",
    "there is no primary term, and another member is the configured primary",
  );
}
