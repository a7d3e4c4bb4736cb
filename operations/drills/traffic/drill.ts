import type { Stack } from "../../stack/stack.ts";
import type { Conditions, Drill, DrillContext } from "../drill.ts";
import type { Limit } from "./measure.ts";

/** Something that is done to a stack while visitors use it. */
export interface TrafficDrill extends Pick<Drill, "name" | "proves" | "obstacle"> {
  limit(stack: Stack, conditions: Conditions): Limit;
  run(context: TrafficContext): Promise<void>;
}

export interface TrafficContext extends DrillContext {
  /** Notes that the load goes on from here; returns the servers that have answered what was sent since. */
  serversFromNow(): () => ReadonlySet<string>;
}
