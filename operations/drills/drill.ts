import type { Changes } from "../stack/configuration.ts";
import type { OpenStack } from "../stack/open.ts";
import type { Stack } from "../stack/stack.ts";
import type { Machines } from "./hosts/power.ts";

/** The conditions of a drill that its limit depends on, besides the stack. */
export interface Conditions {
  /** Requests, or rows, per second. */
  readonly rate: number;
  /** How long a drill keeps up a fault such as a pause, in seconds. */
  readonly holdSeconds: number;
  /** How drills act on machines; undefined: they cannot. */
  readonly machines?: Machines | undefined;
}

/** The result of a drill. */
export interface Outcome {
  /** The figures in one line for programs: drill=<name> <figure>=<value> … */
  readonly line: string;
  /** The reasons why it is not passed; none if it is passed. */
  readonly complaints: readonly string[];
}

/** An experiment: a fault or a change of a stack while the stack is in use. */
export interface Drill {
  readonly name: string;
  /** The claim that it proves when it stays within its limit: a sentence without its full stop. */
  readonly proves: string;
  /** The reason why it cannot run or would prove nothing on this stack; undefined: there is none. */
  obstacle(stack: Stack, machines?: Machines): string | undefined;
  /** The most that it may cost, in words for people. */
  limit(stack: Stack, conditions: Conditions): string;
  /**
   * Yields the result, or several if the drill has parts.
   * @throws Error if the stack cannot be used even before the drill acts, and if the user stops the drill
   */
  run(context: DrillContext): AsyncIterable<Outcome>;
}

/** The means of every drill. */
export interface DrillContext extends OpenStack, Conditions {
  /** The site's URL. */
  readonly url: string;
  /** The certificate of the stack's own authority (PEM); undefined: the stack has not put it out yet. */
  readonly ca?: string | undefined;
  /** The mark of the stack's state; undefined: it has none yet. */
  readonly state?: string | undefined;
  /** The least time that the stack is in use, in seconds. */
  readonly seconds: number;
  /** Aborted when the user stops the drill; all that waits then throws. */
  readonly signal: AbortSignal;
  /** Lets time pass. */
  wait(seconds: number): Promise<void>;
  /** Runs `pulumi up` with other settings, and then with the user's own settings again. */
  release(changes: Changes, meanwhile?: () => Promise<void>): Promise<void>;
  /** Runs `pulumi up` so that it replaces the resource of that name, and all that depends on it. */
  renew(resource: string): Promise<void>;
  /** Tells the user about a step. */
  say(line: string): void;
}
