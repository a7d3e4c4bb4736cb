import { isLoopbackAddress, isLoopbackBlock } from "../config/blocks.ts";
import { answerHeaders } from "../config/headers.ts";
import type { Config } from "../config/schema.ts";
import { addressIn } from "../config/subnets.ts";
import type { VisitorsPlan } from "./loadBalancerPlan.ts";
import type { Watcher } from "./watchers.ts";

/** Addresses of the network namespace itself, which no other machine has. */
const OWN = "127.0.0.0/8";

/** Plans who may reach a load balancer, whose word about visitors counts, and what answers tell visitors. */
export function planVisitors({ loadBalancer, networks: { edge } }: Config, watchers: readonly Watcher[]): VisitorsPlan {
  const { address, allow, trustedProxies, connectionsPerSource, headers, underscores } = loadBalancer;
  const host = addressIn(edge, 1);
  // The engine gives the network's gateway as the address of clients on its own host.
  const seen = (blocks: readonly string[]) => [...blocks, ...(blocks.some(isLoopbackBlock) ? [`${host}/32`] : [])];
  const proxies = trustedProxies && {
    protocol: trustedProxies.protocol,
    addresses: seen(trustedProxies.addresses),
  };
  const probes = watchers.map(({ probeAddress }) => `${probeAddress}/32`);
  const admitted = allow.site && [...seen(allow.site), ...probes];
  // Watchers on several machines do not come by the edge network.
  const near = watchers.some(({ network }) => network !== "edge") ? probes : [];
  const isIn = ({ network }: Watcher) => network === "edge" && allow.statistics === undefined;
  const statistics = watchers.filter((watcher) => !isIn(watcher)).map(({ address }) => `${address}/32`);
  return {
    sources: isLoopbackAddress(address)
      ? [OWN, edge, ...near, ...(proxies?.addresses ?? []), ...(admitted ?? [])]
      : undefined,
    proxies,
    admitted,
    statisticsAdmitted: [OWN, ...(allow.statistics === undefined ? [edge] : seen(allow.statistics)), ...statistics],
    host,
    connectionsPerSource,
    unusualHeaders: underscores,
    headers: answerHeaders(headers),
  };
}
