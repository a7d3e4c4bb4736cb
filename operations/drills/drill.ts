import type { Changes } from "../stack/configuration.ts";
import type { OpenStack } from "../stack/open.ts";
import type { Stack } from "../stack/stack.ts";

/** What a drill's limit depends on, beside the stack. */
export interface Conditions {
  /** Requests, or rows, a second. */
  readonly rate: number;
  /** How long a state that a drill makes lasts, in seconds. */
  readonly holdSeconds: number;
}

/** What a drill has found out. */
export interface Outcome {
  /** Its figures, for programs: drill=<name> <figure>=<value> … */
  readonly line: string;
  /** Why it is not passed; empty where it is. */
  readonly complaints: readonly string[];
}

/** Something that is done to a stack while it is used. */
export interface Drill {
  readonly name: string;
  /** What has been shown when it stays within its limit: a sentence without its full stop. */
  readonly proves: string;
  /** Why it would show nothing on this stack; undefined where it would. */
  obstacle(stack: Stack): string | undefined;
  /** The most that it may cost, for people. */
  limit(stack: Stack, conditions: Conditions): string;
  /** @throws Error where the stack cannot be used even before anything is done, and where the user wants to stop */
  run(context: DrillContext): Promise<Outcome>;
}

/** What every drill works with. */
export interface DrillContext extends OpenStack, Conditions {
  /** Where the site is. */
  readonly url: string;
  /** The mark of the stack's state; undefined: it has none yet. */
  readonly state?: string | undefined;
  /** How long the stack is used at least. */
  readonly seconds: number;
  /** Aborted when the user wants to stop; what waits for it throws. */
  readonly signal: AbortSignal;
  /** Lets time pass. */
  wait(seconds: number): Promise<void>;
  /** `npm run up` with other settings, then with the user's own again. */
  release(changes: Changes, meanwhile?: () => Promise<void>): Promise<void>;
  /** `pulumi up` that makes a resource of that name anew, and what depends on it. */
  renew(resource: string): Promise<void>;
  /** Tells the user what happens. */
  say(line: string): void;
}
