import type { Mode } from "./world.ts";

const STARTS = ["running", "running", "empty"] as const;

/** The kinds of clusters, each with its starts: schedules are spread over them in turn. */
export const MODES: readonly Mode[] = [
  ...spread({ replication: "async", withoutReplica: "degrade", nodes: 2, hasArbiter: false }),
  ...spread({ replication: "async", withoutReplica: "degrade", nodes: 3, hasArbiter: false }),
  ...spread({ replication: "semisync", withoutReplica: "wait", nodes: 2, hasArbiter: false }),
  ...spread({ replication: "semisync", withoutReplica: "wait", nodes: 3, hasArbiter: false }),
  ...spread({ replication: "semisync", withoutReplica: "degrade", nodes: 3, hasArbiter: false }),
  ...spread({ replication: "group", withoutReplica: "degrade", nodes: 3, hasArbiter: false }),
  ...spread({ replication: "group", withoutReplica: "degrade", nodes: 3, hasArbiter: true }),
  { replication: "group", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "moving" },
];

function spread(mode: Omit<Mode, "start">): Mode[] {
  return STARTS.map((start) => ({ ...mode, start }));
}

/** The mode of a schedule. */
export function modeOf(seed: number): Mode {
  const mode = MODES[seed % MODES.length];
  if (mode === undefined) throw new Error(`no mode for the seed ${seed}`);
  return mode;
}
