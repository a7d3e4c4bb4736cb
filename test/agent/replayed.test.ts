import assert from "node:assert/strict";
import { realDeciders } from "./simulator/deciders.ts";
import { KEPT } from "./simulator/kept.ts";
import { MENDED_FAULTS } from "./simulator/mendedFaults.ts";
import { REPLAYS } from "./simulator/replays.ts";
import { replay, report } from "./simulator/simulate.ts";

describe("outages that once broke a promise, replayed", () => {
  for (const [name, schedules] of Object.entries(REPLAYS)) {
    const put = MENDED_FAULTS[name as keyof typeof REPLAYS];
    it(`break it again if ${name}, and not otherwise`, async () => {
      const real = await realDeciders();
      for (const schedule of schedules) {
        const kept = replay(schedule, real, true);
        assert.equal(kept.violation, undefined, report(kept));
        assert.ok(replay(schedule, put(real), false).violation !== undefined, `not found by seed ${schedule.seed}`);
      }
    });
  }

  for (const [name, schedules] of Object.entries(KEPT)) {
    it(`keep every promise although ${name}`, async () => {
      const real = await realDeciders();
      for (const schedule of schedules) {
        const outcome = replay(schedule, real, true);
        assert.equal(outcome.violation, undefined, report(outcome));
      }
    });
  }
});
