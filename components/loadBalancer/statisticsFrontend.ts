import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import { STATISTICS_PORT } from "../../topology/ports.ts";
import { answerRules } from "./answerRules.ts";
import { isOneOf } from "./conditions.ts";
import { statisticsLimit } from "./visitors.ts";

/** The only user of the statistics. */
export const STATISTICS_USER = "admin";

/** The file, among the secrets, with the Authorization header of the statistics' user. */
export const STATISTICS_AUTHORIZATION = "statistics-authorization";

/** HAProxy's statistics page, its metrics, and its answer to the health check. */
export function statisticsFrontend({ published, address, visitors }: LoadBalancerPlan): string {
  const isPublished = published.some(({ serves }) => serves === "statistics");
  const own = isPublished ? [address] : [];
  return `frontend statistics
${["127.0.0.1", ...own].map((address) => `    bind ${address}:${STATISTICS_PORT}`).join("\n")}
    option disable-h2-upgrade
    monitor-uri /healthz
${[
  ...statisticsLimit(visitors),
  ...answerRules(visitors),
  "# Only those who may see the statistics are asked for the password.",
  ...isOneOf("admitted", "src", visitors.statisticsAdmitted),
]
  .map((line) => `    ${line}`)
  .join("\n")}
    http-request deny unless admitted
    http-request auth realm statistics unless { req.hdr(authorization) -m str -f /run/secrets/${STATISTICS_AUTHORIZATION} }
    http-request use-service prometheus-exporter if { path /metrics }
    no log
    stats enable
    stats hide-version
    stats uri /
    stats refresh 5s`;
}
