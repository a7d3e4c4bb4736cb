import assert from "node:assert/strict";
import { type Deciders, realDeciders } from "./simulator/deciders.ts";
import type { Schedule } from "./simulator/faults.ts";
import { KNOWN_FAULTS } from "./simulator/knownFaults.ts";
import { MODES, modeOf } from "./simulator/modes.ts";
import { scheduleOf } from "./simulator/schedules.ts";
import { shrink } from "./simulator/shrink.ts";
import { replay, runSchedule } from "./simulator/simulate.ts";

/** The schedules in which each known fault has to be found. */
const ENOUGH = 3_000;

describe("the simulator of the agent's decisions", () => {
  it("repeats a schedule exactly", async () => {
    const deciders = await realDeciders();
    for (let seed = 1; seed <= MODES.length; seed++) {
      const schedule = scheduleOf(seed, modeOf(seed));
      assert.deepEqual(replay(schedule, deciders, true), replay(schedule, deciders, true));
    }
  });

  it("has each kind of cluster come into its place where nothing fails", async () => {
    const deciders = await realDeciders();
    for (const [index, mode] of MODES.entries()) {
      const outcome = replay({ seed: index, mode, faults: [] }, deciders, true);
      assert.ok(outcome.isInPlace, outcome.history.join("\n"));
      assert.equal(outcome.violation, undefined);
    }
  });

  it("notices a decision that throws, and one without a reason", async () => {
    const real = await realDeciders();
    const throwing = () => {
      throw new Error("no decision");
    };
    const silent: Deciders["decide"] = (observation) => ({ ...real.decide(observation), reason: "" });
    for (const decide of [throwing, silent]) {
      const { violation } = runSchedule(1, { ...real, decide }, modeOf(1));
      assert.equal(violation?.invariant, "every decision has a state and a reason");
    }
  });

  for (const [name, fault] of Object.entries(KNOWN_FAULTS)) {
    it(`finds that ${name}, and makes the schedule shorter`, async function () {
      this.timeout(ENOUGH * 60);
      const real = await realDeciders();
      const broken = fault.put(real);
      const found = firstFound(broken, real, fault.breaks);
      assert.ok(found !== undefined, `not found in ${ENOUGH} schedules`);
      if (this.test !== undefined) this.test.title += ` (seed ${found.seed} of ${ENOUGH})`;
      const shorter = shrink(found, broken);
      assert.ok(shorter.violation !== undefined && fault.breaks.includes(shorter.violation.invariant));
      assert.ok(shorter.history.length > 0);
      assert.ok(shorter.schedule.faults.length <= found.faults.length);
    });
  }
});

/** The first schedule in which the faulty decisions break one of the promises, and the real ones keep it. */
function firstFound(broken: Deciders, real: Deciders, promises: readonly string[]): Schedule | undefined {
  for (let seed = 1; seed <= ENOUGH; seed++) {
    const { violation, schedule } = runSchedule(seed, broken, modeOf(seed));
    if (violation === undefined || !promises.includes(violation.invariant)) continue;
    if (runSchedule(seed, real, modeOf(seed)).violation?.invariant !== violation.invariant) return schedule;
  }
  return undefined;
}
