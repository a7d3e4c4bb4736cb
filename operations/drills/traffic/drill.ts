import type { Facts } from "../../stack/facts.ts";
import type { Conditions, Drill, Ground } from "../drill.ts";
import type { Limit } from "./measure.ts";

/** Something that is done to a stack while visitors use it. */
export interface TrafficDrill extends Pick<Drill, "name" | "proves" | "obstacle"> {
  limit(facts: Facts, conditions: Conditions): Limit;
  run(context: TrafficContext): Promise<void>;
}

export interface TrafficContext extends Ground {
  /** Notes that the load goes on from here; returns the servers that have answered what was sent since. */
  serversFromNow(): () => ReadonlySet<string>;
}
