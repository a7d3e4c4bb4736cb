import { areSeveral, isSameEndpoint } from "../config/endpoints.ts";
import type { Problem } from "../config/problems.ts";
import type { Known } from "../ownership/known.ts";
import type { Topology } from "../topology/plan.ts";
import { instances } from "../topology/tiers.ts";
import type { AnsweredMachine } from "./machines.ts";

/**
 * Problems of a stack whose machines change. A provider that gets another endpoint looks there for what it made
 * elsewhere, so the program would forget containers that go on running.
 */
export function movedHostProblems(
  topology: Topology,
  { endpoints }: Pick<Known, "endpoints">,
  answered: readonly AnsweredMachine[],
): Problem[] {
  const { hosts, isSeveral, stack } = topology;
  if (endpoints.size === 0) return [];
  const wasSeveral = areSeveral([...endpoints.values()].map((endpoint) => ({ endpoint })));
  const moved = hosts.filter(({ name, endpoint }) => {
    const present = endpoints.get(name);
    return present !== undefined && !isSameEndpoint(present, endpoint) && !isThere(topology, name, answered);
  });
  const cure =
    isSeveral && wasSeveral
      ? 'put the former endpoint back; to replace a machine see docs/hosts.md, "A machine is replaced"'
      : `put the former endpoint back; or move: npm run backup -- --stack ${stack}, npm run down with the former settings, npm run up with the new ones, then npm run restore (docs/hosts.md, "From one machine to several")`;
  return moved.map(({ name, endpoint, path }) => ({
    path,
    value: endpoint,
    complaint: `is ${endpoint}, and the stack has ${name} at ${endpoints.get(name)}`,
    allowed: `${endpoints.get(name)}, as long as the stack is up: its containers and data do not move to another machine`,
    cure,
  }));
}

/** Whether containers of a host run at its new endpoint: that is the same machine by another way. */
function isThere(topology: Topology, host: string, answered: readonly AnsweredMachine[]): boolean {
  const own = new Set(instances(topology).flatMap((plan) => (plan.host === host ? [plan.name] : [])));
  const state = answered.find(({ machine }) => machine.hosts.includes(host))?.state;
  return state?.services.some(({ service }) => own.has(service)) === true;
}
