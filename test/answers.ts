import type { EngineState } from "../engine/state.ts";
import type { SwarmNode, SwarmState } from "../engine/swarm.ts";
import type { AnsweredMachine } from "../preflight/machines.ts";
import { machinesOf } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";
import { NOBODY } from "./proposals.ts";

/** The load balancer's and the arbiter's machine, and those of server1 and server2, in this order. */
const HOSTS = ["lb1", "server1", "server2"];

/** The machines of three as their swarm knows them, all of them managers. */
export const NODES: readonly SwarmNode[] = HOSTS.map((hostname, index) => ({
  ...{ id: `n${index}`, hostname, status: "ready", isManager: true },
}));

/** The part in the swarm of the machine with an index. */
export const member = (index: number, more: Partial<SwarmState> = {}): SwarmState => ({
  ...{ state: "active", nodeId: `n${index}`, address: `192.0.2.1${index}`, isManager: true, nodes: NODES },
  reason: undefined,
  ...more,
});

/** The machines, each with its own changes of the usual state. */
export function answers(topology: Topology, ...changes: readonly Partial<EngineState>[]): AnsweredMachine[] {
  return machinesOf(topology).map((of, index) => ({
    machine: of,
    state: { ...NOBODY, id: `engine ${index}`, swarm: member(index), ...changes[index] },
  }));
}
