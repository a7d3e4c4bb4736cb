import { closest } from "fastest-levenshtein";
import { FAULTS } from "./database/faults.ts";
import { databaseDrill } from "./database/run.ts";
import type { Drill } from "./drill.ts";
import type { TrafficDrill } from "./traffic/drill.ts";
import { FAILURES } from "./traffic/failures.ts";
import { RELEASES } from "./traffic/releases.ts";
import { trafficDrill } from "./traffic/run.ts";

/** What is done while visitors use the site. */
export const TRAFFIC: readonly TrafficDrill[] = [...RELEASES, ...FAILURES];

export const DRILLS: readonly Drill[] = [...TRAFFIC.map(trafficDrill), ...FAULTS.map(databaseDrill)];

/**
 * The drills that a word means: all of them, or the one of that name.
 * @throws Error naming the nearest where there is none
 */
export function drillsNamed(word: string): readonly Drill[] {
  if (word === "all") return DRILLS;
  const drill = DRILLS.find(({ name }) => name === word);
  if (drill !== undefined) return [drill];
  const nearest = closest(word, ["all", "list", ...DRILLS.map(({ name }) => name)]);
  throw new Error(`there is no drill ${word}; did you mean ${nearest}? npm run drill -- list names them all`);
}
