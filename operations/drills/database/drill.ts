import type { Facts } from "../../stack/facts.ts";
import type { Conditions, Drill, Ground } from "../drill.ts";
import type { Limit } from "./measure.ts";

/** Something that is done to the databases while rows are written. */
export interface DatabaseDrill extends Pick<Drill, "name" | "proves" | "obstacle"> {
  limit(facts: Facts, conditions: Conditions): Limit;
  /** Resolves to the milliseconds from what it does until every member is back in its place; of several, the longest. */
  run(context: DatabaseContext): Promise<number>;
}

export interface DatabaseContext extends Ground {
  /** The database that took the writes when the drill began. */
  readonly primary: string;
  /** Waits until every member is in its place. */
  untilInPlace(): Promise<void>;
}
