import assert from "node:assert/strict";
import { type Deciders, realDeciders } from "./simulator/deciders.ts";
import { scheduleOf } from "./simulator/faults.ts";
import { KNOWN_FAULTS } from "./simulator/knownFaults.ts";
import { MODES, modeOf } from "./simulator/modes.ts";
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

  for (const [name, breaking] of Object.entries(KNOWN_FAULTS)) {
    it(`finds that ${name}`, async function () {
      this.timeout(ENOUGH * 60);
      const real = await realDeciders();
      const found = firstFound(breaking(real), real);
      assert.ok(found !== undefined, `not found in ${ENOUGH} schedules`);
    });
  }

  it("makes a failing schedule shorter", async () => {
    const real = await realDeciders();
    const [breaking] = Object.values(KNOWN_FAULTS).slice(4);
    assert.ok(breaking !== undefined);
    const broken = breaking(real);
    const seed = firstFound(broken, real);
    assert.ok(seed !== undefined);
    const { schedule, violation, history } = shrink(scheduleOf(seed, modeOf(seed)), broken);
    assert.ok(violation !== undefined && history.length > 0);
    assert.ok(schedule.faults.length <= scheduleOf(seed, modeOf(seed)).faults.length);
  });
});

/** The first seed with which the faulty decisions break a promise, and the real ones do not. */
function firstFound(broken: Deciders, real: Deciders): number | undefined {
  for (let seed = 1; seed <= ENOUGH; seed++) {
    if (runSchedule(seed, broken, modeOf(seed)).violation === undefined) continue;
    if (runSchedule(seed, real, modeOf(seed)).violation === undefined) return seed;
  }
  return undefined;
}
