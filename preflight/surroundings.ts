import type { DockerDefault } from "../config/endpoints.ts";
import { PROPOSED_PORTS, type Surroundings } from "../config/surroundings.ts";
import { isLocal, type Reach } from "../engine/client.ts";
import { isBound } from "../engine/ports.ts";
import { engineState } from "../engine/state.ts";
import type { Topology } from "../topology/plan.ts";
import { machineSubnets } from "./machine.ts";

/**
 * The subnets and ports in use at the load balancer's engine. If the engine does not answer, which another check
 * reports, it has none.
 */
export async function surroundingsOf(
  { endpoint, certPath }: Reach,
  docker: DockerDefault,
  identity: Pick<Topology, "project" | "stack">,
): Promise<Surroundings> {
  const state = await engineState({ endpoint, certPath }, identity).catch(() => undefined);
  const networks = state?.networks ?? [];
  const own = networks.filter((network) => network.own).flatMap(({ subnets }) => subnets);
  const others = networks.filter((network) => !network.own).flatMap(({ subnets }) => subnets);
  const machine = isLocal(endpoint) ? machineSubnets().map(({ subnet }) => subnet) : [];
  const bound = await Promise.all(
    PROPOSED_PORTS.map(async (port) => (isLocal(endpoint) && (await isBound("0.0.0.0", port)) ? [port] : [])),
  );
  return {
    docker,
    subnets: [...others, ...machine.filter((subnet) => !own.includes(subnet))],
    own,
    ports: new Set([...bound.flat(), ...(state?.published ?? []).map(({ port }) => port)]),
  };
}
