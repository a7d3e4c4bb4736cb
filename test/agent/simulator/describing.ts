import assert from "node:assert/strict";
import { realDeciders } from "./deciders.ts";
import { modeOf } from "./modes.ts";
import { scheduleOf } from "./schedules.ts";
import { shrink } from "./shrink.ts";
import { type Outcome, report, runSchedule } from "./simulate.ts";

/** Of the failures, so many are made shorter to find the shortest history. */
const SHRUNK = 40;

/** Describes that the decisions keep every promise, in so many schedules from this seed on. */
export function describeSchedules(first: number, count: number): void {
  describe("the agent's decisions, simulated", () => {
    it(`keep every promise in ${count} schedules from seed ${first} on`, async function () {
      this.timeout(Math.max(60_000, count * 60));
      const deciders = await realDeciders();
      const failures: Outcome[] = [];
      for (let seed = first; seed < first + count; seed++) {
        const outcome = runSchedule(seed, deciders, modeOf(seed));
        if (outcome.violation !== undefined) failures.push(outcome);
      }
      if (failures.length === 0) return;
      const shortest = failures
        .slice(0, SHRUNK)
        .map(({ schedule }) => shrink(scheduleOf(schedule.seed, schedule.mode), deciders))
        .reduce((best, other) => (lengthOf(other) < lengthOf(best) ? other : best));
      assert.fail(`${failures.length} of ${count} schedules fail\n${summary(failures)}\n\n${report(shortest)}`);
    });
  });
}

function lengthOf({ schedule, history }: Outcome): number {
  return schedule.faults.length * 1_000 + history.length;
}

/** How often each promise was broken, with the first seeds. */
function summary(failures: readonly Outcome[]): string {
  const seeds = new Map<string, number[]>();
  for (const { schedule, violation } of failures) {
    const name = `${schedule.mode.replication}: ${violation?.invariant}`;
    seeds.set(name, [...(seeds.get(name) ?? []), schedule.seed]);
  }
  const line = ([name, all]: [string, number[]]) => `${all.length} × ${name} (seeds ${all.slice(0, 5).join(", ")})`;
  return [...seeds].map(line).join("\n");
}
