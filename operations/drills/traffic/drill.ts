import type { Stack } from "../../stack/stack.ts";
import type { Conditions, Drill, DrillContext } from "../drill.ts";
import type { Limit } from "./measure.ts";

/** A failure or a change of a stack while visitors use it. */
export interface TrafficDrill extends Pick<Drill, "name" | "proves" | "obstacle"> {
  limit(stack: Stack, conditions: Conditions): Limit;
  /** Whether visitors come by HTTPS even where plain HTTP is served. Default: no. */
  readonly byHttps?: boolean;
  run(context: TrafficContext): Promise<void>;
}

export interface TrafficContext extends DrillContext {
  /** Starts an observation; returns a function that gives the servers which have answered requests sent since. */
  serversFromNow(): () => ReadonlySet<string>;
}
