import type { LoadBalancerPlan } from "../../topology/plan.ts";
import { STATISTICS_PORT } from "../../topology/ports.ts";

/** HAProxy's statistics page, its metrics, and its answer to the health check. */
export function statisticsFrontend({ published, peers, name, edgeSubnet }: LoadBalancerPlan): string {
  const isPublished = published.some(({ serves }) => serves === "statistics");
  const own = peers.filter((peer) => isPublished && peer.name === name).map(({ address }) => address);
  return `frontend statistics
${["127.0.0.1", ...own].map((address) => `    bind ${address}:${STATISTICS_PORT}`).join("\n")}
    # Requests to the published port come from the edge network; all others are denied.
    http-request deny unless { src 127.0.0.1 ${edgeSubnet} }
    http-request use-service prometheus-exporter if { path /metrics }
    monitor-uri /healthz
    no log
    stats enable
    stats uri /
    stats refresh 5s`;
}
