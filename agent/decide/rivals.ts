import type { Decision } from "../step.ts";
import { answersOf, newestTerm, type Seen, serverOf, take, wait } from "./decision.ts";
import { bePrimary } from "./primary.ts";
import { beReplicaOf } from "./replica.ts";

/**
 * The members that were promoted in the newest term. Several are when two failovers did not know of each other: a number
 * cannot tell then which one is to be the primary.
 */
export function rivalsIn(seen: Seen): string[] {
  const { number } = newestTerm(seen);
  const { promoted } = seen.marks.knownTerm;
  const answer = promoted === undefined ? undefined : seen.peers?.get(promoted);
  // A rival that answers says itself what became of its term.
  const known = answer !== undefined && answer.term.number >= number ? answer.term : seen.marks.knownTerm;
  const terms = [seen.own.term, known, ...answersOf(seen).map(([, { term }]) => term)];
  const members = terms.flatMap((term) => (term.number === number ? [term.promoted] : []));
  return [...new Set(members)].filter((member) => member !== undefined).sort();
}

/** The one that takes writes goes on; otherwise a person decides. */
export function amongRivals(seen: Seen, rivals: readonly string[]): Decision {
  const { own, settings } = seen;
  const others = rivals.filter((rival) => rival !== settings.member);
  const open = others.filter((rival) => seen.peers?.get(rival)?.writes);
  if (!rivals.includes(settings.member)) {
    const { number, promoted } = own.term;
    const [primary] = open.length === 1 ? open : [];
    if (primary !== undefined) return beReplicaOf(seen, primary);
    // What a node has in its own data cannot be the lost part.
    if (number === newestTerm(seen).number && promoted !== undefined) return beReplicaOf(seen, promoted);
    return refuse(seen, rivals);
  }
  if (!own.writes || own.source !== undefined) return refuse(seen, rivals);
  return open.length === 0 ? bePrimary(seen) : refuse(seen, rivals);
}

function refuse(seen: Seen, rivals: readonly string[]): Decision {
  const { number } = newestTerm(seen);
  const servers = rivals.map(serverOf);
  const text = `${rivals.join(" and ")} were both promoted in term ${number}; set the data of one aside: npm run database -- recover ${servers.join(" or ")}`;
  const reason = "the number of the term does not tell who is to be the primary";
  if (seen.own.isClosed) return wait(seen, "refused", text, reason);
  return { ...take(seen, { do: "close" }, "", reason), state: { word: "refused", text } };
}
