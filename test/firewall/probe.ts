import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import type { Topology } from "../../topology/plan.ts";
import { type Namespace, namespace, namespacesOf, opened, type Target, targetsOf } from "./namespaces.ts";
import { connectNeighbour } from "./neighbour.ts";

/** A connection that opens. */
export interface Open extends Target {
  readonly from: string;
}

/** This machine, with the engine. */
export const HOST = "host";
/** A machine elsewhere, which knows no way to the stack's networks. It listens. */
export const ELSEWHERE = "elsewhere";
/** A machine beside this one, with routes to the stack's networks by way of this machine. */
export const NEIGHBOUR = "neighbour";

/**
 * Tries every listener of a running stack from the network namespace of every other container, from this machine and
 * from a neighbour; and from every container a listener of the test's own on this machine and one elsewhere.
 * @param processOf finds the number of a service's main process
 */
export async function probe(
  topology: Topology,
  processOf: (service: string) => Promise<number>,
): Promise<readonly Open[]> {
  const all = await namespacesOf(topology, processOf);
  const inside = all.flatMap(targetsOf);
  const listening = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => void listening.listen(0, "0.0.0.0", resolve));
  const { port } = listening.address() as { port: number };
  const neighbour = await connectNeighbour(topology, port);
  try {
    const outside = [
      ...addressesOfHost(topology).map((address) => ({ name: HOST, address, port })),
      ...neighbour.namespace.addresses.map((address) => ({ name: ELSEWHERE, address, port })),
    ];
    const from = async (one: Namespace, targets: readonly Target[]): Promise<Open[]> => {
      const others = targets.filter(({ name }) => name !== one.name);
      return (await opened(one, others)).map((target) => ({ ...target, from: one.name }));
    };
    const host = await namespace(HOST, ["env"]);
    const first = await Promise.all([
      ...all.map((one) => from(one, [...inside, ...outside])),
      from({ ...host, name: HOST }, inside),
    ]);
    await neighbour.addRoutes();
    return [...first.flat(), ...(await from({ ...neighbour.namespace, name: NEIGHBOUR }, inside))];
  } finally {
    listening.close();
    await neighbour.remove();
  }
}

/** The gateways, whether or not this machine has their addresses, and all addresses that it has. */
function addressesOfHost({ networks }: Topology): string[] {
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address),
  );
  return [...new Set([...networks.map(({ gateway }) => gateway), ...own])];
}
