import type { AnsweredMachine, SilentMachine } from "../../preflight/machines.ts";
import { type MachinePlan, machinesOf } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import type { Addresses } from "./addresses.ts";
import { dockerOn, inOneLine, nameOf } from "./machineText.ts";
import type { SwarmPlan } from "./swarmPlan.ts";

/** The port at which managers listen. */
export const SWARM_PORT = 2377;

/** Each machine with its part in a swarm. */
export function standings(
  topology: Topology,
  answered: readonly AnsweredMachine[],
  silent: readonly SilentMachine[],
  plan: SwarmPlan,
): string[][] {
  return machinesOf(topology).map((machine) => {
    const isIt = (one: { readonly machine: MachinePlan }) => one.machine.endpoint === machine.endpoint;
    const unheard = silent.find(isIt);
    const swarm = answered.find(isIt)?.state.swarm;
    const isElsewhere = plan.refused.some(isIt);
    return [
      nameOf(machine),
      machine.endpoint,
      unheard !== undefined
        ? `does not answer (${inOneLine(unheard.reason)})`
        : swarm?.state !== "active"
          ? `in no swarm (${swarm?.state ?? "unknown"})`
          : `${swarm.isManager ? "a manager" : "a worker"} ${isElsewhere ? "of another swarm" : "of the swarm"} at ${swarm.address}`,
    ];
  });
}

/** The options by which a machine is reached by the others: one with several addresses needs to be told. */
function addressOptions(address: string): string {
  return `--advertise-addr ${address} --listen-addr ${address}:${SWARM_PORT} --data-path-addr ${address}`;
}

/**
 * The commands that carry out a plan, for a shell of this machine, with comments. A token goes from machine to machine
 * without being shown: whoever has it can join.
 */
export function swarmCommands(plan: SwarmPlan, addresses: Addresses, pool: string | undefined): string[] {
  const { through, isNew, joins } = plan;
  const address = ({ endpoint }: MachinePlan) => addresses.get(endpoint) ?? "";
  const docker = dockerOn(through);
  return [
    ...(isNew
      ? [
          `# ${nameOf(through)} makes the swarm and is its manager${joins.some(({ role }) => role === "manager") ? "" : ". It stays the only one: with two, the loss of either would stop every start"}.`,
          `${docker} swarm init ${addressOptions(address(through))}${pool === undefined ? "" : ` --default-addr-pool ${pool}`}`,
        ]
      : []),
    ...joins.flatMap(({ machine, role }) => [
      `# ${nameOf(machine)} joins as a ${role}.`,
      `${dockerOn(machine)} swarm join --token "$(${docker} swarm join-token --quiet ${role})" ${addressOptions(address(machine))} ${address(through)}:${SWARM_PORT}`,
    ]),
  ];
}

/** What a person may want to change in a swarm that is there, as comments: this program does none of it. */
export function swarmAdvice({ through, changes, lost }: SwarmPlan): string[] {
  const docker = dockerOn(through);
  return [
    ...lost.flatMap(({ id, hostname, isManager }) => [
      `# ${hostname} is down, and no machine of the stack is it any more. If it is gone for good:`,
      `# ${isManager ? `${docker} node demote ${id} && ` : ""}${docker} node rm ${id}`,
    ]),
    ...changes.flatMap(({ node, role }) => [
      `# ${node.hostname} is a ${node.isManager ? "manager" : "worker"}. For three managers, or one alone:`,
      `# ${docker} node ${role === "manager" ? "promote" : "demote"} ${node.id}`,
    ]),
  ];
}
