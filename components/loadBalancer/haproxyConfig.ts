import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import { HEADERS_KB } from "../../topology/ports.ts";
import { MAX_CONNECTIONS, MAX_STREAMS } from "../../topology/sizes.ts";
import { acmeGlobals, acmeSection } from "./acme.ts";
import { backends } from "./backends.ts";
import { healthFrontend } from "./healthFrontend.ts";
import { peersLines } from "./peers.ts";
import { siteFrontend } from "./siteFrontend.ts";
import { statisticsFrontend } from "./statisticsFrontend.ts";
import { certificateStore, tlsDefaults } from "./tls.ts";
import { BROKEN_ANSWERS, NO_SERVER } from "./unavailable.ts";
import { visitorTables } from "./visitors.ts";

/** Room for what HAProxy itself adds to a request or an answer. */
const REWRITE_KB = 8;

/** Seconds over which a stopping HAProxy asks its clients to close their connections. */
const CLOSE_SECONDS = 5;

/** Seconds from the stop signal until HAProxy has finished every request that the application may still answer. */
export function stopSeconds({ requestTimeoutSeconds }: LoadBalancerPlan): number {
  return requestTimeoutSeconds + CLOSE_SECONDS;
}

/** haproxy.cfg of a load balancer. HAProxy runs unprivileged, so its file names no user and no chroot. */
export function haproxyConfig(plan: LoadBalancerPlan): string {
  return `global
    log stdout format raw local0
    stats socket /run/haproxy/admin.sock mode 600 level admin
    localpeer ${plan.name}
    maxconn ${MAX_CONNECTIONS}
    # The whole of a request's headers: Nginx and the application take as much.
    tune.bufsize ${(HEADERS_KB + REWRITE_KB) * 1024}
    tune.maxrewrite ${REWRITE_KB * 1024}
    tune.h2.fe.max-concurrent-streams ${MAX_STREAMS}
${plan.site.http3 ? `    tune.quic.frontend.max-streams-bidi ${MAX_STREAMS}\n` : ""}    # More threads than CPUs wait for each other.
    nbthread ${Math.ceil(Number(plan.haproxy.cpus))}
    # A successor in the same network namespace accepts new connections; clients are asked to close the old ones.
    close-spread-time ${CLOSE_SECONDS}s
    hard-stop-after ${stopSeconds(plan)}s
${[...tlsDefaults(plan.site.profile), ...acmeGlobals(plan.site)].map((line) => `    ${line}`).join("\n")}
    ssl-default-server-options ssl-min-ver TLSv1.3

defaults
    mode http
    log global
    option dontlognull
    # Errors are logged here, requests by Nginx with their id: a line for each would cost a third of HAProxy's CPU.
    option dontlog-normal
    # A stopping HAProxy does not close a kept connection that its client is about to use.
    option idle-close-on-response
    timeout connect 2s
    timeout client 30s
    timeout server ${plan.requestTimeoutSeconds + 5}s
    timeout http-request 5s
    timeout http-keep-alive 10s
    timeout queue 5s
    timeout check 2s
    # Only requests that never reached the application are retried, so no POST is ever sent twice: after a failed
    # connection, and after 421, by which Nginx says that it could not reach the application.
    retries 3
    retry-on conn-failure 421
    option redispatch 1
    http-error status 503 ${NO_SERVER}
${BROKEN_ANSWERS.map((line) => `    ${line}`).join("\n")}

# Containers come back with other addresses: names are resolved while HAProxy runs, not only at its start.
resolvers docker
    nameserver engine 127.0.0.11:53
    resolve_retries 3
    timeout resolve 1s
    timeout retry 500ms
    hold valid 1s

# The table of clients outlives a replacement of HAProxy, and a pair shares it.
peers loadbalancers
${peersLines(plan).join("\n")}

${acmeSection(plan.site)}${certificateStore(plan.site)}

${siteFrontend(plan)}

${backends(plan)}

${visitorTables(plan.visitors)}

${statisticsFrontend(plan)}
${healthFrontend(plan)}`;
}
