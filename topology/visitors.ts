import { isLoopbackAddress, isLoopbackBlock } from "../config/blocks.ts";
import { answerHeaders } from "../config/headers.ts";
import type { Config } from "../config/schema.ts";
import { addressIn } from "../config/subnets.ts";
import type { VisitorsPlan } from "./loadBalancerPlan.ts";

/** Addresses of the network namespace itself, which no other machine has. */
const OWN = "127.0.0.0/8";

/** Plans who may reach a load balancer, whose word about visitors counts, and what answers tell visitors. */
export function planVisitors({ loadBalancer, networks: { edge } }: Config): VisitorsPlan {
  const { address, allow, trustedProxies, connectionsPerSource, headers, underscores } = loadBalancer;
  const host = addressIn(edge, 1);
  // The engine gives the network's gateway as the address of clients on its own host.
  const seen = (blocks: readonly string[]) => [...blocks, ...(blocks.some(isLoopbackBlock) ? [`${host}/32`] : [])];
  const proxies = trustedProxies && {
    protocol: trustedProxies.protocol,
    addresses: seen(trustedProxies.addresses),
  };
  const admitted = allow.site && seen(allow.site);
  return {
    sources: isLoopbackAddress(address) ? [OWN, edge, ...(proxies?.addresses ?? []), ...(admitted ?? [])] : undefined,
    proxies,
    admitted,
    statisticsAdmitted: allow.statistics === undefined ? [OWN, edge] : [OWN, ...seen(allow.statistics)],
    host,
    connectionsPerSource,
    unusualHeaders: underscores,
    headers: answerHeaders(headers),
  };
}
