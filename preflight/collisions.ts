import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../config/problems.ts";
import { isLocal } from "../engine/client.ts";
import type { EngineState } from "../engine/state.ts";
import { partOn } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";
import { downgrade } from "./downgrade.ts";
import { missingBackupFolder } from "./folders.ts";
import { type MachineSubnet, machineSubnets } from "./machine.ts";
import type { AnsweredMachine } from "./machines.ts";
import { movedNetworkProblems, movedNetworks } from "./movedNetworks.ts";
import { missingAddress, takenPorts } from "./ports.ts";
import { type SeenNetworks, subnetProblems } from "./subnets.ts";

/**
 * The plan's conflicts with the present state of all machines. A setting has one problem, however many of them have it.
 * Without any machine the subnets alone are judged.
 */
export async function allCollisions(topology: Topology, answered: readonly AnsweredMachine[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  const proposed = new Set<number>();
  const seen: SeenNetworks[] = answered.length > 0 ? [] : [{ planned: topology.networks, networks: [], machine: [] }];
  for (const { machine, state } of answered) {
    const part = partOn(topology, machine);
    const found = await conflicts(part, machine.endpoint, state, proposed);
    problems.push(...found.filter(({ path }) => !problems.some((other) => isDeepStrictEqual(other.path, path))));
    seen.push(seenOn(part, state, machineOf(machine.endpoint)));
  }
  return [...problems, ...subnetProblems(topology, seen)];
}

/** The plan's conflicts with the present state of an engine and its machine. */
export async function collisions(
  topology: Topology,
  endpoint: string,
  state: EngineState,
  machine: readonly MachineSubnet[] = machineOf(endpoint),
): Promise<Problem[]> {
  return [
    ...(await conflicts(topology, endpoint, state)),
    ...subnetProblems(topology, [seenOn(topology, state, machine)]),
  ];
}

function machineOf(endpoint: string): readonly MachineSubnet[] {
  return isLocal(endpoint) ? machineSubnets() : [];
}

/** The conflicts but those of subnets. */
async function conflicts(
  topology: Topology,
  endpoint: string,
  state: EngineState,
  proposed?: Set<number>,
): Promise<Problem[]> {
  return [
    ...(await takenPorts(topology, endpoint, state, proposed)),
    ...(await missingAddress(topology, endpoint)),
    ...(isLocal(endpoint) ? missingBackupFolder(topology) : []),
    ...movedNetworkProblems(topology, movedNetworks(topology, state.networks)),
    ...downgrade(topology, state),
  ];
}

/** What others do with the subnets of networks that would move is the same problem as the move. */
function seenOn(topology: Topology, { networks }: EngineState, machine: readonly MachineSubnet[]): SeenNetworks {
  const moved = movedNetworks(topology, networks);
  const isMoved = (name: string) => moved.some(({ plan }) => plan.engineName === name);
  return {
    planned: topology.networks.filter(({ engineName }) => !isMoved(engineName)),
    networks: networks.filter(({ name }) => !isMoved(name)),
    machine,
  };
}
