import { didYouMean } from "../../config/nearest.ts";
import { CAUSES } from "./alerts/alerts.ts";
import { alertDrill } from "./alerts/run.ts";
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

const ALERTS: readonly Drill[] = CAUSES.map(alertDrill);

export const DRILLS: readonly Drill[] = [
  ...TRAFFIC.map(trafficDrill),
  ...FAULTS.map(databaseDrill),
  ...HOST_FAULTS.map(hostDrill),
  ...ALERTS,
];

/** The words that mean several drills. */
const GROUPS: Readonly<Record<string, readonly Drill[]>> = {
  all: DRILLS.filter((drill) => !ALERTS.includes(drill)),
  alerts: ALERTS,
};

/**
 * The drills of these names, in the order of the names; `alerts` means all that produce alerts, `all` the others.
 * @throws Error naming, for each unknown name, the nearest that exists
 */
export function drillsNamed(words: readonly string[]): readonly Drill[] {
  const named = (word: string) => GROUPS[word] ?? DRILLS.filter(({ name }) => name === word);
  const unknown = words.filter((word) => named(word).length === 0);
  if (unknown.length > 0) {
    const known = [...Object.keys(GROUPS), "list", ...DRILLS.map(({ name }) => name)];
    const problems = unknown.map((word) => `there is no drill ${word}${didYouMean(word, known)}`);
    throw new Error([...problems, "npm run drill -- list names them all"].join("\n"));
  }
  return [...new Set(words.flatMap(named))];
}
