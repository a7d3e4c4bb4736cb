import type { Deciders } from "./deciders.ts";
import type { Fault, Schedule } from "./faults.ts";
import { type Outcome, replay } from "./simulate.ts";

/** Finds fewer faults after which the same invariant does not hold: first halves are left out, then one fault each. */
export function shrink(schedule: Schedule, deciders: Deciders): Outcome {
  const invariant = replay(schedule, deciders, false).violation?.invariant;
  const fails = (faults: readonly Fault[]) =>
    replay({ ...schedule, faults }, deciders, false).violation?.invariant === invariant;
  let faults = schedule.faults;
  for (let size = Math.ceil(faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < faults.length; ) {
      const fewer = [...faults.slice(0, from), ...faults.slice(from + size)];
      if (fewer.length < faults.length && fails(fewer)) faults = fewer;
      else from += size;
    }
  }
  return replay({ ...schedule, faults }, deciders, true);
}
