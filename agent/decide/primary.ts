import type { Decision } from "../step.ts";
import { answersOf, newestTerm, type Seen, serverOf, take, wait } from "./decision.ts";
import { beforeLeaving } from "./leaving.ts";
import { problemOf } from "./place.ts";

/** Seconds without an acknowledgement after which waiting writers are looked at, and the first pause between two tries. */
const STANDSTILL = 0.5;
const FIRST_PAUSE = 1;

/** A node opens for writes once in each term. The controller may close it later for a switchover, and so may a person. */
export function bePrimary(seen: Seen): Decision {
  const { own, memory } = seen;
  const { number } = newestTerm(seen);
  if (own.source !== undefined) {
    const demotion = afterDemotion(seen, own.source, number);
    if (demotion !== undefined) return demotion;
  }
  const problem = problemOf(own);
  if (number <= own.openedIn) {
    return problem === undefined
      ? serve(seen, number)
      : wait(
          seen,
          "out of place",
          `promoted to primary, but it ${problem}`,
          "it was opened in this term, and closed since",
        );
  }
  // The controller opens a node as well. With semisync it then takes writes, but ends none before it has a replica: what
  // this node would record before may have failed.
  if (problem === undefined && memory.triedIn === number) {
    return take(
      seen,
      { do: "note-open", term: number },
      "open for writes",
      "it takes writes and replicates from nobody",
    );
  }
  const obstacle = beforeLeaving(seen, "before it becomes the primary") ?? lackOf(seen);
  if (obstacle !== undefined) return obstacle;
  const reason = `it was promoted in term ${number}, and has not been opened in it`;
  // Whether it succeeds or not, the next look shows whether the node is open.
  return take(seen, { do: "open", term: number, source: own.source }, "opening for writes", reason, {
    triedIn: number,
  });
}

/**
 * A switchover makes the former primary a replica first, and promotes the new one then: a source may be promoted in a
 * term that this node has not received yet. undefined: it is the other way round, and this node was a replica before.
 */
function afterDemotion(seen: Seen, source: string, number: number): Decision | undefined {
  const { own, marks } = seen;
  if (marks.ledIn >= number) {
    const text = `promoted to primary, but a switchover has made it a replica of ${source}`;
    const reason = "it was open for writes in this term before it had a source";
    if (own.isClosed) return wait(seen, "out of place", text, reason);
    return { ...take(seen, { do: "close" }, "", reason), state: { word: "out of place", text } };
  }
  // The agent may not have been there while this node was open.
  const isAsked = own.hasReceived || answersOf(seen).some(([peer]) => peer === source);
  if (isAsked) return undefined;
  const text = `it may have been replaced by ${source}, its source, which does not answer`;
  return wait(seen, "alone", text, "it has received nothing from that source yet");
}

/**
 * A node that lost its data has a clone of it, with as much as the donor had applied. A peer may have received and
 * confirmed more, which would be lost if this node took writes without it.
 */
function lackOf(seen: Seen): Decision | undefined {
  const { own, marks, settings, peers } = seen;
  if (!marks.isDataLost) return undefined;
  const away: string[] = [];
  for (const peer of settings.peers) {
    const held = peers?.get(peer)?.held;
    // A peer without any transactions has lost its data, too.
    if (held === undefined || held.isEmpty) away.push(peer);
    else if (!held.isSubsetOf(own.held)) {
      const text = `its own data was lost, and ${peer} has more transactions: npm run database -- failover ${serverOf(peer)}`;
      return wait(seen, "refused", text, `${peer} has ${held.subtract(own.held)}`);
    }
  }
  if (away.length === 0) return undefined;
  return wait(
    seen,
    "alone",
    `its own data was lost; silent: ${away.join(" ")}`,
    "a silent member may have more than the clone",
  );
}

function serve(seen: Seen, term: number): Decision {
  const { settings, own, memory, at } = seen;
  const quiet = (more: Pick<Decision, "memory">): Decision => ({
    ...wait(seen, "primary", `term ${term}`, "it is open for writes"),
    ...more,
  });
  const { waiting, replicas, acknowledged, holdsClone } = own.semisync;
  const { waiting: known, ...rest } = memory;
  if (settings.replication !== "semisync" || waiting === 0) return quiet({ memory: rest });
  if (replicas === 0) {
    if (!holdsClone || settings.withoutReplica !== "wait") return quiet({ memory: rest });
    const reason = "writers wait for a replica, and the clone that is to be it waits for the writers";
    return { ...take(seen, { do: "free-clone" }, "", reason, rest), state: { word: "primary", text: `term ${term}` } };
  }
  // If a replica's connection breaks between a transaction and its acknowledgement, the replica has the transaction and
  // never acknowledges it. The source then waits until a later transaction is acknowledged: for ever, if every client
  // waits.
  if (known === undefined || known.acknowledged !== acknowledged) {
    return quiet({ memory: { ...rest, waiting: { acknowledged, since: at, pause: FIRST_PAUSE } } });
  }
  if (at - known.since < STANDSTILL || at < (known.next ?? 0)) return quiet({ memory });
  return {
    step: { do: "release-writers" },
    state: { word: "primary", text: `term ${term}` },
    reason: "writers wait although there is a replica",
    // If the replica hangs, this session waits, too: the growing pause keeps the number of such sessions low.
    memory: { ...rest, waiting: { ...known, pause: known.pause * 2, next: at + known.pause } },
  };
}
