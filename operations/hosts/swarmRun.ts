import { engineClient } from "../../engine/client.ts";
import { eventually } from "../../engine/eventually.ts";
import { askEngines } from "../../preflight/engines.ts";
import type { AnsweredMachine, SilentMachine } from "../../preflight/machines.ts";
import { swarmFindings } from "../../preflight/swarm.ts";
import type { MachinePlan } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import type { Addresses } from "./addresses.ts";
import { nameOf, problemLine } from "./machineText.ts";
import type { Joining, SwarmPlan } from "./swarmPlan.ts";
import { SWARM_PORT } from "./swarmText.ts";

/** The size of the subnets that a swarm takes from its range. */
const SUBNET_BITS = 24;
/** Seconds in which machines that have joined are ready. */
const READY_SECONDS = 60;

/** Makes a swarm, and lets the machines join that answer. The tokens stay in this process. */
export async function formSwarm(
  { through, isNew, joins }: SwarmPlan,
  silent: readonly SilentMachine[],
  {
    addresses,
    pool,
    say,
  }: { readonly addresses: Addresses; readonly pool: string; readonly say: (line: string) => void },
): Promise<void> {
  const addressOf = ({ endpoint }: MachinePlan) => {
    const own = addresses.get(endpoint) ?? "";
    return { ListenAddr: `${own}:${SWARM_PORT}`, AdvertiseAddr: own, DataPathAddr: own };
  };
  const engine = engineClient(through);
  if (isNew) {
    await engine.swarmInit({ ...addressOf(through), DefaultAddrPool: [pool], SubnetSize: SUBNET_BITS });
    say(`${nameOf(through)} has made the swarm`);
  }
  const able = joins.filter(({ machine }) => !silent.some((one) => one.machine.endpoint === machine.endpoint));
  if (able.length === 0) return;
  const { JoinTokens: tokens }: { readonly JoinTokens: { readonly Manager: string; readonly Worker: string } } =
    await engine.swarmInspect();
  const join = async ({ machine, role }: Joining) => {
    await engineClient(machine).swarmJoin({
      ...addressOf(machine),
      RemoteAddrs: [`${addresses.get(through.endpoint)}:${SWARM_PORT}`],
      JoinToken: tokens[role === "manager" ? "Manager" : "Worker"],
    });
    say(`${nameOf(machine)} has joined it as a ${role}`);
  };
  // Each manager needs the agreement of those before it.
  for (const joining of able.filter(({ role }) => role === "manager")) await join(joining);
  await Promise.all(able.filter(({ role }) => role === "worker").map(join));
}

/**
 * Waits until all machines that answer are in one swarm, and ready.
 * @throws Error with what is still in the way after a minute
 */
export async function untilReady(topology: Topology): Promise<readonly AnsweredMachine[]> {
  return eventually(
    async () => {
      const { answered } = await askEngines(topology, new Set(), 0);
      const { problems } = swarmFindings(topology, answered);
      const waiting = notReady(answered);
      if (problems.length > 0) throw new Error(problems.map(problemLine).join("\n"));
      if (waiting.length > 0) throw new Error(`in the swarm ${waiting.join(" and ")} is not ready`);
      return answered;
    },
    READY_SECONDS,
    { everySeconds: 1 },
  );
}

/** The machines that their swarm does not know as ready. */
export function notReady(answered: readonly AnsweredMachine[]): string[] {
  const nodes = answered.flatMap(({ state }) => state.swarm.nodes ?? []);
  return answered
    .filter(({ state }) => !nodes.some(({ id, status }) => id === state.swarm.nodeId && status === "ready"))
    .map(({ machine }) => nameOf(machine));
}
