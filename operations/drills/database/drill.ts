import type { Stack } from "../../stack/stack.ts";
import type { Conditions, Drill, DrillContext } from "../drill.ts";
import type { Limit } from "./measure.ts";

/** A disturbance of the databases while rows are written. */
export interface DatabaseDrill extends Pick<Drill, "name" | "proves" | "obstacle"> {
  limit(stack: Stack, conditions: Conditions): Limit;
  /**
   * Resolves to the milliseconds from the disturbance until every member is back in its place; of several, the longest.
   */
  run(context: DatabaseContext): Promise<number>;
}

export interface DatabaseContext extends DrillContext {
  /** The database that took the writes when the drill began. */
  readonly primary: string;
  /** Waits until every member is in its place. */
  untilInPlace(): Promise<void>;
}
