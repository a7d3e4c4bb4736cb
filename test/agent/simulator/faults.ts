import type { Step } from "../../../agent/step.ts";
import type { Armed } from "./node.ts";
import type { Mode } from "./world.ts";

/** A node by its index, or the one that takes writes when the fault comes. */
export type Target = number | "primary";

/** What can happen to a cluster, by itself or by a person. */
export type What =
  | {
      readonly kind: "crash" | "stop" | "kill-agent" | "cut-power" | "freeze" | "lose-disk";
      readonly node: Target;
      readonly rounds: number;
    }
  /** A person closes the primary for maintenance. */
  | { readonly kind: "close"; readonly node: Target; readonly rounds: number }
  | { readonly kind: "slow-agent" | "slow-applier" | "lose-ack"; readonly node: Target; readonly rounds: number }
  /** A donor ends the next clone of it in the middle. */
  | { readonly kind: "abort-clone"; readonly node: Target; readonly rounds: number }
  | {
      readonly kind: "cut-step";
      readonly node: Target;
      readonly what: Armed["what"];
      /** The kind of the step. undefined: the next one, of any kind. */
      readonly of?: Step["do"];
      readonly after: number;
      readonly rounds: number;
    }
  | { readonly kind: "restart-all"; readonly rounds: number }
  | {
      readonly kind: "partition";
      readonly cuts: readonly (readonly [from: number, to: number])[];
      readonly rounds: number;
    }
  | {
      readonly kind: "answers";
      readonly asker: number;
      readonly peer: number;
      readonly age: number;
      readonly rounds: number;
    }
  | { readonly kind: "errant" | "poison" | "switchover" | "recover-server" | "failover"; readonly node: number }
  | { readonly kind: "recover-group" | "restart-controller" }
  | { readonly kind: "cut-controller"; readonly after: number };

export type Fault = What & { readonly at: number };

/** A simulation that can be repeated, also with fewer faults. */
export interface Schedule {
  readonly seed: number;
  readonly mode: Mode;
  readonly faults: readonly Fault[];
}

/** A fault in a line. */
export function faultLine({ at, ...what }: Fault): string {
  const more = Object.entries(what).filter(([key]) => key !== "kind");
  return `at ${at}: ${what.kind} ${more.map(([key, value]) => `${key} ${JSON.stringify(value)}`).join(", ")}`.trim();
}
