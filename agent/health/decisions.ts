import { z } from "zod";
import { readText, replaceText } from "../files/storing.ts";
import type { Observation } from "../observation.ts";
import type { Decision } from "../step.ts";
import { facts } from "./facts.ts";
import { kindOf, stateText } from "./state.ts";

/** The most decisions that are kept. */
const KEPT = 60;

const entry = z.object({
  /** When it was first decided so, in a row. */
  at: z.string(),
  /** How often, in a row. */
  times: z.number(),
  /** The step with what it is done to, for instance "follow mysql-server1.replication again". */
  step: z.string(),
  state: z.string(),
  reason: z.string(),
  /** Why the step failed. */
  problem: z.string().optional(),
  /** What it was decided from, a fact each. */
  from: z.array(z.string()),
});

/** A decision as it is kept. */
export type Entry = z.infer<typeof entry>;

/** Reads the file of decisions. A line that is no decision is left out: an older agent may have written it. */
export function parseDecisions(text: string): Entry[] {
  return text.split("\n").flatMap((line) => {
    try {
      const { data } = entry.safeParse(JSON.parse(line));
      return data === undefined ? [] : [data];
    } catch {
      return [];
    }
  });
}

/** The last decisions as people read them, the newest last. */
export function decisionLines(entries: readonly Entry[], count: number): string[] {
  return entries
    .slice(-count)
    .flatMap(({ at, times, step, state, reason, problem, from }) => [
      `${at} ${state}${times > 1 ? `, ${times} times` : ""}`,
      `    ${step}: ${reason}`,
      ...(problem === undefined ? [] : [`    failed: ${problem}`]),
      ...from.map((fact) => `    - ${fact}`),
    ]);
}

/** A step in words: its name, and what it is done to. */
export function stepText(step: Decision["step"]): string {
  switch (step.do) {
    case "clone":
      return `clone ${step.donor}`;
    case "follow":
      return `follow ${step.source} ${step.how}`;
    case "open":
    case "note-open":
    case "lead":
      return `${step.do} in term ${step.term}`;
    default:
      return step.do;
  }
}

/** The last decisions of an agent, in a small file. The same decision in a row is kept once, with what it was first made from. */
export class Decisions {
  readonly #path: string;
  #entries: Entry[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** Goes on where an earlier agent ended. */
  async load(): Promise<void> {
    this.#entries = parseDecisions((await readText(this.#path)) ?? "").slice(-KEPT);
  }

  /**
   * Keeps a decision.
   * @returns whether it differs from the one before
   */
  async note(
    decision: Decision,
    problem: string | undefined,
    observation: Omit<Observation, "memory">,
    now: Date,
  ): Promise<boolean> {
    const { step, state, reason } = decision;
    const texts = { step: stepText(step), state: stateText(state), reason, problem };
    const last = this.#entries.at(-1);
    const isSame =
      last !== undefined &&
      last.step === texts.step &&
      kindOf(last.state) === kindOf(texts.state) &&
      kindOf(last.reason) === kindOf(reason) &&
      last.problem === problem;
    if (isSame) {
      last.times += 1;
      return false;
    }
    const kept = { ...texts, at: now.toISOString(), times: 1, from: facts(observation) };
    this.#entries = [...this.#entries.slice(1 - KEPT), kept];
    await replaceText(this.#path, this.#entries.map((one) => `${JSON.stringify(one)}\n`).join(""));
    return true;
  }
}
