import type { Decision } from "../step.ts";
import { answersOf, newestTerm, type Seen, take, wait } from "./decision.ts";
import { bePrimary } from "./primary.ts";
import { beReplicaOf } from "./replica.ts";
import { amongRivals, rivalsIn } from "./rivals.ts";

/** Asynchronous and semisynchronous replication: a primary and its replicas. */
export function keepReplicating(seen: Seen): Decision {
  const rivals = rivalsIn(seen);
  if (rivals.length > 1) return amongRivals(seen, rivals);
  const { promoted } = newestTerm(seen);
  if (promoted === undefined) return adopt(seen);
  if (isForgotten(seen, promoted)) return withoutPrimary(seen, promoted);
  return promoted === seen.settings.member ? bePrimary(seen) : beReplicaOf(seen, promoted);
}

/**
 * Whether the primary of the newest term has lost its data: it answers, and has not the term in which it was promoted.
 * A clone that this node still counts as incomplete is compared with every other member before the node opens.
 */
function isForgotten(seen: Seen, promoted: string): boolean {
  const { own, marks, settings } = seen;
  const { number } = newestTerm(seen);
  if (own.term.number >= number) return false;
  if (promoted === settings.member && !marks.isDataLost) return true;
  if (answersOf(seen).some(([, { term }]) => term.number >= number)) return false;
  return promoted === settings.member || seen.peers?.get(promoted) !== undefined;
}

function withoutPrimary(seen: Seen, promoted: string): Decision {
  const { number } = newestTerm(seen);
  const text = `${promoted} was promoted in term ${number}, and has lost the data of it: npm run database -- failover`;
  const reason = "a person decides whose data are to go on";
  if (seen.own.isClosed) return wait(seen, "refused", text, reason);
  return { ...take(seen, { do: "close" }, "", reason), state: { word: "refused", text } };
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
