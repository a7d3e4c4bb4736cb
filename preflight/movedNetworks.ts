import type { Problem } from "../config/problems.ts";
import { bitsOf, isCidr, overlap, placeIn } from "../config/subnets.ts";
import type { EngineNetwork } from "../engine/state.ts";
import type { NetworkPlan, Topology } from "../topology/plan.ts";

/** A server's own network that would move, although the setting of its subnet is as before. */
export interface MovedNetwork {
  readonly plan: NetworkPlan;
  /** Its present subnet. */
  readonly present: string;
}

/**
 * The networks that would move because other servers come or go: two servers' names end in the same number, so the part
 * of the one depends on the other. Such a move would replace all containers in the network.
 */
export function movedNetworks(topology: Topology, networks: readonly EngineNetwork[]): MovedNetwork[] {
  return topology.networks.flatMap((plan): MovedNetwork[] => {
    if (plan.server === undefined || plan.server.isPlaced) return [];
    const present = networks.find(({ name, own }) => own && name === plan.engineName)?.subnets.find(isCidr);
    const isPart =
      present !== undefined && bitsOf(present) === bitsOf(plan.subnet) && overlap(present, topology.subnets[plan.part]);
    return isPart && present !== plan.subnet ? [{ plan, present }] : [];
  });
}

/**
 * One problem for each server with such networks. Its cure keeps all of the server's networks where they are; where
 * these are at different parts of their subnets, no setting does.
 */
export function movedNetworkProblems({ subnets, networks }: Topology, moved: readonly MovedNetwork[]): Problem[] {
  const owners = new Map(
    moved.flatMap(({ plan: { server } }) => (server === undefined ? [] : [[server.name, server]])),
  );
  return [...owners.values()].map(({ name, index }) => {
    const own = moved.filter(({ plan }) => plan.server?.name === name);
    const present = new Map(own.map(({ plan, present }) => [plan, present]));
    const parts = networks.flatMap((plan) =>
      plan.server?.name === name ? [placeIn(subnets[plan.part], present.get(plan) ?? plan.subnet)] : [],
    );
    const moves = own.map(({ plan, present }) => `${plan.engineName} from ${present} to ${plan.subnet}`);
    const problem = {
      path: ["servers", index, "subnetPart"],
      complaint: `is missing, and servers that came or went would move ${moves.join(" and ")}`,
    };
    const [part, ...others] = new Set(parts);
    return others.length === 0
      ? {
          ...problem,
          allowed: `the part that ${name} has now, ${part}, so that its containers stay, or another free one`,
          example: String(part),
        }
      : {
          ...problem,
          allowed: `a free part; none keeps all networks of ${name}, which are at the parts ${[part, ...others].join(" and ")}`,
          cure: `leave the other servers as they were, or choose a part at a time when ${name} may be interrupted`,
        };
  });
}
