import type { Topology } from "../../topology/plan.ts";
import { inspect, type TestProject } from "../project.ts";
import { matrix, type Pairs, pairsOf, plannedPairs, tolerated } from "./matrix.ts";
import { probe } from "./probe.ts";

/** What a probe of a running stack has found, against the plan. */
export interface Findings {
  /** Every pair that connects. */
  readonly found: Pairs;
  /** The pairs that connect against the plan. */
  readonly unplanned: readonly string[];
  /** The planned pairs that do not connect. */
  readonly missing: readonly string[];
  /** All connections as a table. */
  readonly table: string;
}

/** Tries every connection between the project's containers, this machine and its neighbours. */
export async function probeProject(project: TestProject, topology: Topology): Promise<Findings> {
  const open = await probe(topology, async (service) => (await inspect(project, service)).State.Pid);
  const [found, planned, allowed] = [pairsOf(open), plannedPairs(topology), tolerated(topology)];
  return {
    found,
    unplanned: [...found].filter((pair) => !planned.has(pair) && !allowed.has(pair)),
    missing: [...planned].filter((pair) => !found.has(pair)),
    table: matrix(open),
  };
}
