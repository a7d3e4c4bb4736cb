import { decide, needsPeers } from "./decide/decide.ts";
import type { Memory, Observation, PeerServer } from "./observation.ts";
import { reasonOf } from "./reason.ts";
import type { Decision, Step } from "./step.ts";
import type { State, Term } from "./vocabulary.ts";

/** What an agent reaches: its own server, its marks and the other members. */
export interface Reach {
  /** Everything but the other members. */
  observe(): Promise<Omit<Observation, "peers" | "memory">>;
  /** The members that answer. */
  survey(): Promise<ReadonlyMap<string, PeerServer>>;
  /**
   * Carries out one step.
   * @throws Error with the reason for people, if it fails; whatever it has changed is observed again
   */
  act(step: Step): Promise<void>;
  /**
   * Records the newest primary term that was seen, in the data folder.
   * @throws Error if it cannot be recorded
   */
  learn(term: Term): Promise<void>;
  /** Shows what the node does now. */
  show(state: State): Promise<void>;
  /** Keeps a decision for `npm run database -- why`. */
  note(decision: Decision, problem: string | undefined): void;
}

/** Seconds until the next look: a node in its place, and one that its group has refused, is looked at more seldom. */
const PAUSE = { settled: 2, otherwise: 1, refused: 5 } as const;

/** The memory of an agent that begins. */
export const NOTHING: Memory = {};

/**
 * One round of an agent: it observes, decides and carries out one step.
 * @returns what it remembers, and the seconds until the next round; after a step it looks again at once
 */
export async function round(
  reach: Reach,
  memory: Memory,
): Promise<{ readonly memory: Memory; readonly pause: number }> {
  const seen = { ...(await reach.observe()), memory };
  const peers = needsPeers(seen) ? await reach.survey() : undefined;
  const decision = decide({ ...seen, peers });
  await reach.show(decision.state);
  const { step, state, learned } = decision;
  // A node that is to close closes although the term cannot be recorded.
  const unlearned = learned === undefined ? undefined : await problemOf(reach.learn(learned));
  if (step.do === "wait") {
    reach.note(decision, unlearned);
    const isSettled = state.word === "primary" || state.word === "replica" || state.word === "member";
    return { memory: decision.memory, pause: isSettled ? PAUSE.settled : PAUSE.otherwise };
  }
  const problem = await problemOf(reach.act(step));
  reach.note(decision, problem ?? unlearned);
  if (problem === undefined) return { memory: decision.memory, pause: 0 };
  await reach.show(failed(decision, problem));
  // An attempt to open counts although it failed: the next look shows whether the node is open.
  const pause = step.do === "join-group" ? PAUSE.refused : PAUSE.otherwise;
  return { memory: step.do === "open" ? decision.memory : memory, pause };
}

/** Why something has failed. undefined: it has not. */
async function problemOf(attempt: Promise<void>): Promise<string | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function failed({ step, state }: Decision, problem: string): State {
  return step.do === "join-group"
    ? { word: "refused", text: `the group does not accept this node: ${problem}` }
    : { ...state, text: `${state.text === "" ? step.do : state.text}; failed: ${problem}` };
}
