import type { Memory, Observation, OwnServer, PeerServer } from "../observation.ts";
import type { Decision, Step } from "../step.ts";
import type { StateWord, Term } from "../vocabulary.ts";

/** An observation of a server that answers. */
export type Seen = Observation & { readonly own: OwnServer };

type Remembered = Pick<Observation, "memory">;

/** Nothing to do but to look again. */
export function wait({ memory }: Remembered, word: StateWord, text: string, reason: string): Decision {
  return { step: { do: "wait" }, state: { word, text }, reason, memory };
}

/** A step of a node that is in the middle of something. */
export function take({ memory }: Remembered, step: Step, text: string, reason: string, more: Memory = {}): Decision {
  return { step, state: { word: "starting", text }, reason, memory: { ...memory, ...more } };
}

/** The members that were asked and do not answer. */
export function silentOf({ settings, peers }: Pick<Observation, "settings" | "peers">): string[] {
  return settings.peers.filter((peer) => peers?.has(peer) !== true);
}

/** The members that answered, in the order of the configuration. */
export function answersOf({ settings, peers }: Pick<Observation, "settings" | "peers">): [string, PeerServer][] {
  return settings.peers.flatMap((peer): [string, PeerServer][] => {
    const answer = peers?.get(peer);
    return answer === undefined ? [] : [[peer, answer]];
  });
}

const NO_TERM: Term = { number: 0, promoted: undefined };

export function newestOf(terms: readonly Term[]): Term {
  return terms.reduce((newest, term) => (term.number > newest.number ? term : newest), NO_TERM);
}

/** The newest primary term that this node knows, without asking anybody. */
export function knownTerm({ own, marks, settings }: Omit<Observation, "peers">): Term {
  // The members of a group come to the same answer, from what all of them have in their data.
  const seen = settings.replication === "group" ? [] : [marks.knownTerm];
  return newestOf([own?.term ?? NO_TERM, ...seen]);
}

/** The newest primary term that this node knows, or anybody who was asked. */
export function newestTerm(observation: Observation): Term {
  return newestOf([knownTerm(observation), ...answersOf(observation).map(([, { term }]) => term)]);
}

/** A newer term than this node would know if it started again now, or one that stands against its own. */
export function learnedFrom(observation: Observation): Term | undefined {
  const newest = newestTerm(observation);
  return newest.number > knownTerm(observation).number ? newest : learnedOfRival(observation, newest.number);
}

/**
 * A node that is closed remembers that another one was promoted in a term of the same number, so that it stays closed
 * when that one is silent. It forgets it when that one has this node's term, with its data, since a person has decided.
 */
function learnedOfRival(observation: Observation, number: number): Term | undefined {
  const { own, marks, settings } = observation;
  if (own?.term.promoted !== settings.member || own.term.number !== number || own.writes) return undefined;
  const isOwn = ({ number: other, promoted }: Term) => other === number && promoted === settings.member;
  const known = marks.knownTerm.number === number ? marks.knownTerm.promoted : undefined;
  if (known !== undefined && known !== settings.member) {
    const answer = observation.peers?.get(known);
    return answer !== undefined && isOwn(answer.term) ? own.term : undefined;
  }
  return answersOf(observation).find(([, { term }]) => term.number === number && !isOwn(term))?.[1].term;
}

/** The server in the name of a member, as commands take it. */
export function serverOf(member: string): string {
  return member.replace(/^mysql-/, "").replace(/\..*$/, "");
}
