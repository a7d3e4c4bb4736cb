import type Docker from "dockerode";
import type { Config } from "../config.ts";
import type { Topology } from "../topology.ts";
import type { Changes } from "./configuration.ts";
import type { StackContainers } from "./containers.ts";
import type { Limit } from "./measure.ts";

/** The stack at hand. */
export interface Facts {
  readonly config: Config;
  readonly topology: Topology;
}

/** What a drill's limit depends on, beside the stack. */
export interface Conditions {
  /** Requests a second. */
  readonly rate: number;
  /** How long a state that a drill makes lasts, in seconds. */
  readonly holdSeconds: number;
}

/** Something that is done to a stack while visitors use it. */
export interface Drill {
  readonly name: string;
  /** What has been shown when it stays within its limit: a sentence without its full stop. */
  readonly proves: string;
  /** Why it would show nothing on this stack; undefined where it would. */
  obstacle(facts: Facts): string | undefined;
  limit(facts: Facts, conditions: Conditions): Limit;
  run(context: DrillContext): Promise<void>;
}

/** What a drill works with. */
export interface DrillContext extends Facts, Conditions {
  readonly engine: Docker;
  readonly containers: StackContainers;
  /** Aborted when the user wants to stop; what waits for it throws. */
  readonly signal: AbortSignal;
  /** Lets time pass. */
  wait(seconds: number): Promise<void>;
  /** `npm run up` with other settings, then with the user's own again. */
  release(changes: Changes, meanwhile?: () => Promise<void>): Promise<void>;
  /** Notes that the load goes on from here; returns the servers that have answered what was sent since. */
  serversFromNow(): () => ReadonlySet<string>;
  /** Tells the user what happens. */
  say(line: string): void;
}
