import { eventually } from "../../engine/eventually.ts";
import type { TestHost } from "./machines.ts";

/** The port at which managers listen. */
const PORT = 2377;
/** The size of the subnets that a swarm hands out. */
const SUBNET_BITS = 24;

/** Seconds in which the managers that are left have a leader again, and do what it says, even on a busy machine. */
const ELECTION_SECONDS = 90;

interface Node {
  readonly ID: string;
  readonly Description: { readonly Hostname: string };
}

interface JoinTokens {
  readonly Manager: string;
  readonly Worker: string;
}

/**
 * Joins engines in one swarm.
 * @param managers at least one
 * @param pool the range of the subnets that nobody asks for
 */
export async function formSwarm(
  [first, ...managers]: readonly TestHost[],
  workers: readonly TestHost[],
  pool: string,
): Promise<void> {
  if (first === undefined) throw new Error("a swarm needs a manager");
  await first.engine.swarmInit({ ...addressesOf(first), DefaultAddrPool: [pool], SubnetSize: SUBNET_BITS });
  for (const manager of managers) await joinSwarm(manager, first, "Manager");
  await Promise.all(workers.map((worker) => joinSwarm(worker, first, "Worker")));
}

/**
 * Joins a host whose disk was wiped, as what it was. What the swarm still knows of the lost disk goes away first: a lost
 * manager would count for the majority for ever.
 * @param inside runs a command in a host
 */
export async function rejoinSwarm(
  host: TestHost,
  managers: readonly TestHost[],
  inside: (name: string, ...command: string[]) => Promise<string>,
): Promise<void> {
  const manager = managers.find((other) => other !== host);
  if (manager === undefined) throw new Error(`no manager is left that knows the swarm of ${host.name}`);
  const nodes = await eventually(() => nodesOf(manager), ELECTION_SECONDS);
  for (const { ID } of nodes.filter(({ Description }) => Description.Hostname === host.name)) {
    await inside(manager.name, "docker", "node", "demote", ID);
    await eventually(() => inside(manager.name, "docker", "node", "rm", "--force", ID), ELECTION_SECONDS);
  }
  await joinSwarm(host, manager, managers.includes(host) ? "Manager" : "Worker");
}

/** Joins an engine to the swarm of a manager. */
async function joinSwarm(host: TestHost, manager: TestHost, role: keyof JoinTokens): Promise<void> {
  const { JoinTokens: tokens } = (await manager.engine.swarmInspect()) as { readonly JoinTokens: JoinTokens };
  await host.engine.swarmJoin({
    ...addressesOf(host),
    RemoteAddrs: [`${manager.address}:${PORT}`],
    JoinToken: tokens[role],
  });
}

async function nodesOf({ engine }: TestHost): Promise<Node[]> {
  return engine.listNodes();
}

function addressesOf({ address }: TestHost) {
  return { ListenAddr: `${address}:${PORT}`, AdvertiseAddr: address, DataPathAddr: address };
}
