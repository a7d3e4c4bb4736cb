import { closest } from "fastest-levenshtein";
import { FAULTS } from "./database/faults.ts";
import { databaseDrill } from "./database/run.ts";
import type { Drill } from "./drill.ts";
import { HOST_FAULTS } from "./hosts/faults.ts";
import { hostDrill } from "./hosts/run.ts";
import type { TrafficDrill } from "./traffic/drill.ts";
import { FAILURES } from "./traffic/failures.ts";
import { RELEASES } from "./traffic/releases.ts";
import { trafficDrill } from "./traffic/run.ts";

/** The drills that run while visitors use the site. */
export const TRAFFIC: readonly TrafficDrill[] = [...RELEASES, ...FAILURES];

export const DRILLS: readonly Drill[] = [
  ...TRAFFIC.map(trafficDrill),
  ...FAULTS.map(databaseDrill),
  ...HOST_FAULTS.map(hostDrill),
];

/**
 * The drills of these names, in the order of the names; `all` means all drills.
 * @throws Error naming, for each unknown name, the nearest that exists
 */
export function drillsNamed(words: readonly string[]): readonly Drill[] {
  if (words.includes("all")) return DRILLS;
  const unknown = words.filter((word) => !DRILLS.some(({ name }) => name === word));
  if (unknown.length > 0) {
    const known = ["all", "list", ...DRILLS.map(({ name }) => name)];
    const problems = unknown.map((word) => `there is no drill ${word}; did you mean ${closest(word, known)}?`);
    throw new Error([...problems, "npm run drill -- list names them all"].join("\n"));
  }
  return words.flatMap((word) => DRILLS.filter(({ name }) => name === word));
}
