import assert from "node:assert/strict";
import type { Step } from "../../agent/step.ts";
import { decided, type Situation } from "./cluster.ts";

/** A situation, and what a node does in it. */
export interface Case {
  readonly situation: Situation;
  readonly step: Step;
  readonly state: RegExp;
}

/** Describes a table of decisions. */
export function describeCases(title: string, cases: Readonly<Record<string, Case>>): void {
  describe(title, () => {
    for (const [name, { situation, step, state }] of Object.entries(cases)) {
      it(name, () => {
        const decision = decided(situation);
        assert.deepEqual(decision.step, step, decision.reason);
        assert.match(`${decision.state.word}: ${decision.state.text}`, state);
      });
    }
  });
}
