import { parseConfig, rawSettings } from "../config/config.ts";
import type { EngineState } from "../engine/state.ts";
import type { SwarmState } from "../engine/swarm.ts";
import type { Stack } from "../operations/stack/stack.ts";
import type { AnsweredMachine } from "../preflight/machines.ts";
import { machinesOf } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";
import { planTopology } from "../topology/topology.ts";
import { NOBODY } from "./proposals.ts";

/** The machine of each host, by the host of its endpoint. An arbiter without one is on the load balancer's. */
export interface HostsSettings {
  readonly lb1: string;
  readonly lb2?: string;
  readonly server1: string;
  readonly server2: string;
  readonly arbiter?: string;
}

/** A stack with a group on several machines, which ssh reaches. */
export function stackOn(
  { lb1, lb2, server1, server2, arbiter }: HostsSettings,
  more: Readonly<Record<string, object>> = {},
): Stack {
  const endpoint = (host: string) => `ssh://ops@${host}`;
  const server = (name: string, host: string) => ({ name, roles: ["web", "app", "db"], endpoint: endpoint(host) });
  const { "foobar:loadBalancer": loadBalancer, ...others } = more;
  const raw = {
    "foobar:loadBalancer": {
      endpoint: endpoint(lb1),
      address: "0.0.0.0",
      ...(lb2 === undefined
        ? {}
        : { replicas: 2, pair: { endpoint: endpoint(lb2), virtualAddresses: ["10.0.5.100"] } }),
      ...loadBalancer,
    },
    "foobar:servers": [server("server1", server1), server("server2", server2)],
    // Two machines have no majority after the loss of one of them.
    "foobar:mysql":
      arbiter === undefined && lb1 === server1
        ? { replication: "semisync", withoutReplica: "degrade" }
        : { replication: "group", ...(arbiter === undefined ? {} : { arbiter: { endpoint: endpoint(arbiter) } }) },
    ...others,
  };
  const config = parseConfig("foobar", "dev", rawSettings(raw));
  return { config, topology: planTopology(config) };
}

/** All machines with the states of their engines: of each named host what is given, else an empty one in no swarm. */
export function machinesWith(
  topology: Topology,
  states: Readonly<Record<string, Partial<EngineState>>>,
): AnsweredMachine[] {
  return machinesOf(topology).map((machine) => ({
    machine,
    state: { ...NOBODY, id: machine.endpoint, ...states[machine.hosts[0] ?? ""] },
  }));
}

/** An engine's state with this part in a swarm. */
export function inSwarm(swarm: Partial<SwarmState>): Partial<EngineState> {
  return { swarm: { ...NOBODY.swarm, ...swarm } };
}
