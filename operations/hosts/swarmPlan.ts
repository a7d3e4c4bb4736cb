import { ARBITER, LOAD_BALANCERS } from "../../config/choices.ts";
import { proposer } from "../../config/subnets.ts";
import type { SwarmNode } from "../../engine/swarm.ts";
import type { AnsweredMachine } from "../../preflight/machines.ts";
import { type MachinePlan, machinesOf } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import { nameOf } from "./machineText.ts";

/** The number of managers of which any one may be lost. */
const MANAGERS = 3;

/** The prefix length of the range from which a swarm takes subnets that nobody asks for. */
const POOL_BITS = 16;

/** The hosts that are no servers. */
const WITHOUT_SERVER: readonly string[] = [...LOAD_BALANCERS, ARBITER];

export type Role = "manager" | "worker";

/** A machine that is to join. */
export interface Joining {
  readonly machine: MachinePlan;
  readonly role: Role;
}

/** What has to be done for one swarm of all machines. */
export interface SwarmPlan {
  /** The machine that makes the swarm, or by which the others join the one that is there. */
  readonly through: MachinePlan;
  readonly isNew: boolean;
  readonly joins: readonly Joining[];
  /** Machines that cannot join, with the reason and the cure. */
  readonly refused: readonly { readonly machine: MachinePlan; readonly reason: string }[];
  /** Machines of the swarm whose role should be another one. */
  readonly changes: readonly (Joining & { readonly node: SwarmNode })[];
  /** What the swarm knows of machines that are lost or were set up anew. */
  readonly lost: readonly SwarmNode[];
}

/**
 * The machines that are to be managers: three, of which any one may be lost, or one. With two the loss of either would
 * stop every start. Machines without a server come first, because a manager that boots may leave containers down.
 */
export function wantedManagers(topology: Topology): MachinePlan[] {
  const machines = machinesOf(topology);
  const first = firstManager(topology);
  const hasServer = ({ hosts }: MachinePlan) => hosts.some((name) => !WITHOUT_SERVER.includes(name));
  const others = machines.filter((machine) => machine.endpoint !== first.endpoint);
  const inOrder = [first, ...others.filter((one) => !hasServer(one)), ...others.filter(hasServer)];
  return inOrder.slice(0, machines.length < MANAGERS ? 1 : MANAGERS);
}

/** The machine whose engine makes the networks between machines. */
function firstManager(topology: Topology): MachinePlan {
  const host = topology.networks.find(({ overlay }) => overlay !== undefined)?.host;
  const machines = machinesOf(topology);
  const found = machines.find(({ hosts }) => host !== undefined && hosts.includes(host)) ?? machines[0];
  if (found === undefined) throw new Error("the plan has no host");
  return found;
}

/**
 * Decides who makes the swarm, who joins it, and as what. A machine that is in it stays in it. One that does not answer
 * may be in a swarm that is there, so nothing is decided about it then.
 */
export function planSwarm(topology: Topology, answered: readonly AnsweredMachine[]): SwarmPlan {
  const machines = machinesOf(topology);
  const managers = wantedManagers(topology);
  const isWanted = ({ endpoint }: MachinePlan) => managers.some((one) => one.endpoint === endpoint);
  const stateOf = ({ endpoint }: MachinePlan) => answered.find(({ machine }) => machine.endpoint === endpoint)?.state;
  const first = firstManager(topology);
  const isUnknown = machines.some((machine) => stateOf(machine) === undefined);
  const known = [first, ...machines].find(
    (machine) => stateOf(machine)?.swarm.state === "active" && stateOf(machine)?.swarm.nodes !== undefined,
  );
  const nodes = known === undefined ? [] : (stateOf(known)?.swarm.nodes ?? []);
  const nodeOf = (machine: MachinePlan) => nodes.find(({ id }) => id !== "" && id === stateOf(machine)?.swarm.nodeId);
  const through = known ?? first;
  const outside = machines.filter((machine) => machine.endpoint !== through.endpoint && nodeOf(machine) === undefined);
  const refused = [...(known === undefined ? [through] : []), ...outside].flatMap((machine) => {
    const reason = obstacle(answered.find((one) => one.machine.endpoint === machine.endpoint));
    return reason === undefined ? [] : [{ machine, reason }];
  });
  const isRefused = ({ endpoint }: MachinePlan) => refused.some(({ machine }) => machine.endpoint === endpoint);
  return {
    through,
    isNew: known === undefined,
    joins: outside
      .filter((machine) => !isRefused(machine) && (known === undefined || stateOf(machine) !== undefined))
      .map((machine) => ({ machine, role: isWanted(machine) ? "manager" : "worker" })),
    refused,
    changes: machines.flatMap((machine): SwarmPlan["changes"] => {
      const node = nodeOf(machine);
      if (node === undefined || node.isManager === isWanted(machine)) return [];
      return [{ machine, node, role: isWanted(machine) ? "manager" : "worker" }];
    }),
    lost: nodes.filter(
      ({ id, status }) => status === "down" && !isUnknown && !machines.some((one) => nodeOf(one)?.id === id),
    ),
  };
}

/** Why a machine can neither make nor join a swarm; undefined: it can, as far as is known. */
function obstacle(one: AnsweredMachine | undefined): string | undefined {
  if (one === undefined || one.state.swarm.state === "inactive") return undefined;
  const { state, isManager, reason } = one.state.swarm;
  const where = nameOf(one.machine);
  if (state === "locked") return `${where} is in a locked swarm; cure: docker swarm unlock on that machine`;
  if (state !== "active")
    return `${where} is about to join or has failed (${state}); cure: docker info on that machine`;
  if (isManager && reason !== undefined) {
    return `${where} is in a swarm without a leader (${reason}); cure: start its other managers`;
  }
  return `${where} is in another swarm; cure: if nothing else uses that swarm, docker swarm leave --force on that machine, then this command again; if it is the right one, docker node promote makes one of the stack's machines a manager of it`;
}

/**
 * The range of a new swarm. The default one, 10.0.0.0/8, has the stack's subnets in it.
 * @param taken subnets that something uses, and addresses of machines, in whose LANs they may be
 * @throws Error if no range is left
 */
export function swarmPool(
  { networkRange, subnets }: Pick<Topology, "networkRange" | "subnets">,
  answered: readonly Pick<AnsweredMachine, "state">[],
  addresses: Iterable<string>,
  more: readonly string[] = [],
): string {
  const pool = proposer([
    networkRange,
    ...Object.values(subnets),
    ...answered.flatMap(({ state }) => state.networks.flatMap((network) => network.subnets)),
    ...[...addresses].map((address) => `${address}/${POOL_BITS}`),
    ...more,
  ])(POOL_BITS);
  if (pool === undefined) throw new Error("no private range is free on all machines");
  return pool;
}
