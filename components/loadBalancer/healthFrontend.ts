import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import { HEALTH_PORT } from "../../topology/ports.ts";
import { isOneOf } from "./conditions.ts";

/** HAProxy's answer to its own host, where keepalived of a pair on two machines asks. Empty: nobody asks there. */
export function healthFrontend({ address, published, vrrp, visitors }: LoadBalancerPlan): string {
  if (vrrp === undefined || !published.some(({ serves }) => serves === "health")) return "";
  const rules = [
    "# The host comes from its own address, or from that of the network's gateway.",
    ...isOneOf("host", "src", [`${vrrp.address}/32`, `${visitors.host}/32`]),
    "tcp-request connection reject unless host",
    "monitor-uri /healthz",
    "http-request deny",
    "no log",
  ];
  return `
frontend health
    bind ${address}:${HEALTH_PORT}
${rules.map((rule) => `    ${rule}`).join("\n")}
`;
}
