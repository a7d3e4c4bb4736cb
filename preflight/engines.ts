import { setTimeout as sleep } from "node:timers/promises";
import { type EngineState, engineState } from "../engine/state.ts";
import { type MachinePlan, machinesOf } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";
import type { AnsweredMachine, SilentMachine } from "./machines.ts";
import { isCertain } from "./unreachable.ts";

/**
 * The longest that an engine takes to answer after a boot: it first tries to connect its containers to the networks
 * between machines, for 20 s each (moby issue 32607).
 */
const BOOT_MS = 90_000;
const BETWEEN_MS = 2_000;

/**
 * Asks the engines of all machines side by side. Of several, one that boots is waited for while others answer.
 * @param away hosts whose engines are not asked
 * @param bootMs the longest wait for an engine that may be booting
 */
export async function askEngines(
  topology: Topology,
  away: ReadonlySet<string>,
  bootMs: number = BOOT_MS,
): Promise<{ readonly answered: readonly AnsweredMachine[]; readonly silent: readonly SilentMachine[] }> {
  const machines = machinesOf(topology).filter(({ hosts }) => !hosts.some((host) => away.has(host)));
  const end = performance.now() + bootMs;
  const answers = new Map<MachinePlan, EngineState | string>();
  const ask = async (machine: MachinePlan) => {
    const answer = await engineState(machine, topology).catch((error: Error) => error.message || error.name);
    answers.set(machine, answer);
  };
  await Promise.all(machines.map(ask));
  const isAnswer = (machine: MachinePlan) => typeof answers.get(machine) === "object";
  const mayBoot = () =>
    machines.filter((machine) => {
      const answer = answers.get(machine);
      return typeof answer === "string" && !isCertain(answer);
    });
  while (machines.some(isAnswer) && mayBoot().length > 0 && performance.now() < end) {
    await sleep(BETWEEN_MS);
    await Promise.all(mayBoot().map(ask));
  }
  return {
    answered: machines.flatMap((machine) => {
      const state = answers.get(machine);
      return typeof state === "object" ? [{ machine, state }] : [];
    }),
    silent: machines.flatMap((machine) => {
      const reason = answers.get(machine);
      return typeof reason === "string" ? [{ machine, reason }] : [];
    }),
  };
}
