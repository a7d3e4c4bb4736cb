import { isDeepStrictEqual } from "node:util";
import { LOAD_BALANCERS } from "../config/choices.ts";
import { PORT_KEYS } from "../config/loadBalancing.ts";
import { USUAL_PORTS } from "../config/ownPorts.ts";
import type { Path, Problem } from "../config/problems.ts";
import { isLocal } from "../engine/client.ts";
import { isAddressHere, isBound } from "../engine/ports.ts";
import type { EngineState } from "../engine/state.ts";
import type { PublishedPort } from "../topology/instancePlan.ts";
import type { LoadBalancerPlan } from "../topology/loadBalancerPlan.ts";
import { localPorts } from "../topology/localPorts.ts";
import type { Topology } from "../topology/plan.ts";

/** A port of the plan, with the service that publishes it and the setting of it. */
interface PlannedPort extends Omit<PublishedPort, "serves"> {
  readonly service: string;
  readonly path: Path;
}

/**
 * Ports of the plan that are in use. Each proposed port is free, and is neither another port of the plan nor one that a
 * setting has by default.
 * @param proposed receives the proposed ports, and has those of other machines
 */
export async function takenPorts(
  topology: Topology,
  endpoint: string,
  { published }: Pick<EngineState, "published">,
  proposed: Set<number> = new Set(),
): Promise<Problem[]> {
  const planned: PlannedPort[] = [
    ...topology.loadBalancers.flatMap((plan) =>
      plan.published.map((port) => ({ ...port, service: plan.pause.name, path: portPath(port, plan) })),
    ),
    ...localPorts(topology).map(({ container, ...port }) => ({ ...port, service: container })),
  ];
  const used = new Set([...USUAL_PORTS, ...[...planned, ...published].map(({ port }) => port)]);
  const isHeld = async ({ address, protocol }: Omit<PublishedPort, "serves">, port: number) =>
    isLocal(endpoint) && (await isBound(address, port, protocol));
  const problems: Problem[] = [];
  for (const { path, service, ...wanted } of planned) {
    const { address, port, protocol } = wanted;
    if (problems.some((problem) => isDeepStrictEqual(problem.path, path))) continue;
    const holders = published.filter(
      (held) => held.port === port && (held.protocol ?? "tcp") === protocol && meet(held.address, address),
    );
    const [holder] = holders;
    if (holders.some((held) => held.service === service)) continue;
    if (holder === undefined && !(await isHeld(wanted, port))) continue;
    // HTTP/3 has the number of HTTPS in UDP.
    const together = planned.filter((other) => isDeepStrictEqual(other.path, path));
    const free = await first(around(port), async (candidate) => {
      if (used.has(candidate) || proposed.has(candidate)) return false;
      const held = await Promise.all(together.map((other) => isHeld(other, candidate)));
      return !held.includes(true);
    });
    if (free !== undefined) proposed.add(free);
    problems.push({
      path,
      complaint: `is ${port}, which ${holderText(holder)} has at ${holder?.address ?? address}`,
      allowed: "a free port",
      example: free?.toString(),
    });
  }
  return problems;
}

/** Load balancers are replaced one after another, so that one cannot take over a port of the next one. */
function holderText(holder: EngineState["published"][number] | undefined): string {
  if (holder === undefined) return "another process on this machine";
  return holder.service === undefined
    ? `the container ${holder.container}`
    : `${holder.service} of this stack, until it is replaced itself,`;
}

/** Without this check a wrong address would be noticed only when everything else is up. */
export async function missingAddress({ loadBalancers }: Topology, endpoint: string): Promise<Problem[]> {
  const site = loadBalancers[0]?.published.find(({ serves }) => serves === "secureSite");
  if (site === undefined || !isLocal(endpoint) || (await isAddressHere(site.address))) return [];
  return [
    {
      path: ["loadBalancer", "address"],
      value: site.address,
      allowed:
        "an address that this machine has: 127.0.0.1, 0.0.0.0 for all of them, or that of an interface (ip address)",
      example: "127.0.0.1",
    },
  ];
}

/** The ports after a port, then the unprivileged ones before it. */
function* around(port: number): Generator<number> {
  for (let next = port + 1; next <= 65_535; next++) yield next;
  for (let next = port - 1; next >= 1_024; next--) yield next;
}

async function first(ports: Iterable<number>, does: (port: number) => Promise<boolean>): Promise<number | undefined> {
  for (const port of ports) if (await does(port)) return port;
  return undefined;
}

/** Whether two sockets with the same port and these addresses conflict. */
function meet(one: string, other: string): boolean {
  return one === other || [one, other].some((address) => address === "0.0.0.0" || address === "::");
}

function portPath({ serves }: PublishedPort, { name }: LoadBalancerPlan): Path {
  const key = PORT_KEYS[serves];
  return name === LOAD_BALANCERS[0] || serves === "health" ? ["loadBalancer", key] : ["loadBalancer", "pair", key];
}
