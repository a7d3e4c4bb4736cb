import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import { STATISTICS_PORT } from "../../topology/ports.ts";
import { answerRules } from "./answerRules.ts";
import { isOneOf } from "./conditions.ts";
import { statisticsLimit } from "./visitors.ts";

/** The only user of the statistics. */
export const STATISTICS_USER = "admin";

/** The file, among the secrets, with the Authorization header of the statistics' user. */
export const STATISTICS_AUTHORIZATION = "statistics-authorization";

/** The path at which a load balancer says its name, without a password. */
export const HOLDER_PATH = "/holder";

/** HAProxy's statistics page, its metrics, and its answer to the health check. */
export function statisticsFrontend(plan: LoadBalancerPlan): string {
  const { published, address, visitors, watched } = plan;
  const isPublished = published.some(({ serves }) => serves === "statistics");
  const addresses = new Set(["127.0.0.1", ...(isPublished ? [address] : []), ...(watched?.addresses ?? [])]);
  return `frontend statistics
${[...addresses].map((one) => `    bind ${one}:${STATISTICS_PORT}`).join("\n")}
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
${holder(plan)}    http-request auth realm statistics unless { req.hdr(authorization) -m str -f /run/secrets/${STATISTICS_AUTHORIZATION} }
    http-request use-service prometheus-exporter if { path /metrics }
    no log
    stats enable
    stats hide-version
    stats uri /
    stats refresh 5s`;
}

/** At a pair's moving address the load balancer that has it says its name, as a figure of Prometheus. */
function holder({ name, watched }: LoadBalancerPlan): string {
  if (watched === undefined) return "";
  const figure = `foobar_virtual_address_holder{load_balancer=\\"${name}\\"} 1\\n`;
  return `    http-request return status 200 content-type text/plain string "${figure}" if { path ${HOLDER_PATH} }\n`;
}
