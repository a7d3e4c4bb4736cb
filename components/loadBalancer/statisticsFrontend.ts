import type { LoadBalancerPlan } from "../../topology/plan.ts";
import { STATISTICS_PORT } from "../../topology/ports.ts";

/** HAProxy's statistics page, its metrics, and its answer to the health check. */
export function statisticsFrontend({ published, edgeSubnet }: LoadBalancerPlan): string {
  const isPublished = published.some(({ serves }) => serves === "statistics");
  return `frontend statistics
    bind ${isPublished ? "" : "127.0.0.1"}:${STATISTICS_PORT}
    # Requests to the published port come from the edge network; all others, such as the web servers', are denied.
    http-request deny unless { src 127.0.0.1 ${edgeSubnet} }
    http-request use-service prometheus-exporter if { path /metrics }
    monitor-uri /healthz
    no log
    stats enable
    stats uri /
    stats refresh 5s`;
}
