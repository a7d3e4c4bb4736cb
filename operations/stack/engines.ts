import type Docker from "dockerode";
import { engineClient, type Reach } from "../../engine/client.ts";
import type { InstancePlan } from "../../topology/instancePlan.ts";
import { type MachinePlan, machinesOf } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import { stackNeeds } from "./needs.ts";

/** The clients of a stack's Docker engines. */
export interface Engines {
  /** The client of each machine's engine once. */
  readonly all: readonly Docker[];
  /**
   * The client of the engine on the host of a container's plan.
   * @throws Error if the plan has no such host, which is a mistake in the program
   */
  of(plan: Pick<InstancePlan, "host">): Docker;
}

/** @param client default: connects to the endpoint */
export function enginesOf(
  { hosts }: Pick<Topology, "hosts">,
  client: (reach: Reach) => Docker = engineClient,
): Engines {
  // Two spellings of an endpoint are one machine: what is carried from one to the other would be carried onto itself.
  const machines = machinesOf({ hosts }).map((machine) => ({ machine, engine: client(machine) }));
  return {
    all: machines.map(({ engine }) => engine),
    of({ host }) {
      const found = machines.find(({ machine }) => machine.hosts.includes(host));
      if (found === undefined) throw new Error(`the plan has no host ${host}`);
      return found.engine;
    },
  };
}

/** An engine of a stack, with the names of its hosts. */
export interface StackEngine extends MachinePlan {
  readonly client: Docker;
}

/** The engines of a stack, even where the stack's file is malformed. */
export async function stackEngines(stack: string): Promise<StackEngine[]> {
  const { engines } = await stackNeeds(stack);
  return engines.map((need) => ({ ...need, client: engineClient(need) }));
}

/** The outcome of the same work at all engines of a stack. */
export interface AtAll<T> {
  readonly results: readonly T[];
  /** The engines at which it failed, with the reasons. */
  readonly failed: readonly { readonly engine: StackEngine; readonly reason: string }[];
}

/** Does work at all engines side by side. Where an engine fails, the others go on. */
export async function atAll<T>(
  engines: readonly StackEngine[],
  work: (engine: StackEngine) => Promise<T>,
): Promise<AtAll<T>> {
  const outcomes = await Promise.allSettled(engines.map((engine) => work(engine)));
  return {
    results: outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])),
    failed: outcomes.flatMap((outcome, index) => {
      const engine = engines[index];
      if (outcome.status === "fulfilled" || engine === undefined) return [];
      const { reason } = outcome;
      return [{ engine, reason: reason instanceof Error ? reason.message || reason.name : String(reason) }];
    }),
  };
}

/** A sentence that names engines which do not answer. */
export function awayText(failed: AtAll<unknown>["failed"]): string {
  return failed
    .map(({ engine, reason }) => `${engine.hosts.join(" and ")} at ${engine.endpoint} does not answer (${reason})`)
    .join("; ");
}
