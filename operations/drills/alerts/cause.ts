import type { Stack } from "../../stack/stack.ts";
import type { DrillContext } from "../drill.ts";

/** Something that goes wrong, and the alerts that it has to cause. */
export interface Cause {
  /** The drill's name: `alert-` and a word. */
  readonly name: string;
  /** What is done: a sentence without its full stop. */
  readonly does: string;
  /** The names of the alerts that must fire. */
  alerts(stack: Stack): readonly string[];
  /** Other alerts of severity page that may fire besides. Default: none. */
  readonly mayPage?: readonly string[];
  /** The reason why it cannot be done on this stack; undefined: there is none. */
  obstacle(stack: Stack): string | undefined;
  /** Why the alerts stay for long after the cure, so that nobody waits for their end. undefined: they do not. */
  readonly stays?: string;
  /** Seconds for which it has to last before the alerts' own times begin. Default: 0. */
  readonly lastsSeconds?: number;
  /**
   * Makes it so, waits for the alerts, and undoes it.
   * @param untilFired waits for the alerts; time counts from the beginning, or from its call if that is said
   */
  produce(context: DrillContext, untilFired: (from?: "now") => Promise<void>): Promise<void>;
}
