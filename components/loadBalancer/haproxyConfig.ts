import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import { BUFFER_KB, MAX_BUFFERS, MAX_CONNECTIONS, MAX_STREAMS } from "../../topology/sizes.ts";
import type { ErrorFiles } from "../errorFiles.ts";
import { acmeGlobals, acmeSection } from "./acme.ts";
import { backends } from "./backends.ts";
import { healthFrontend } from "./healthFrontend.ts";
import { peersLines } from "./peers.ts";
import { siteFrontend } from "./siteFrontend.ts";
import { statisticsFrontend } from "./statisticsFrontend.ts";
import { certificateStore, tlsDefaults } from "./tls.ts";
import { errorAnswers } from "./unavailable.ts";
import { visitorTables } from "./visitors.ts";

/** Room for what HAProxy itself adds to a request or an answer. */
const REWRITE_KB = 8;

/** Seconds for which a client may send nothing of a request that it has begun, or take nothing of an answer. */
const CLIENT_SECONDS = 30;

/** Seconds over which a stopping HAProxy asks its clients to close their connections. */
const CLOSE_SECONDS = 5;

/** Seconds from the stop signal until HAProxy has finished what it has begun. */
export function stopSeconds({ limits }: LoadBalancerPlan): number {
  return Math.max(limits.requestTimeoutSeconds, limits.finishSeconds) + CLOSE_SECONDS;
}

/**
 * haproxy.cfg of a load balancer. HAProxy runs unprivileged, so its file names no user and no chroot.
 * @param pages the user's pages for errors, which are beside it
 */
export function haproxyConfig(plan: LoadBalancerPlan, pages: ErrorFiles = {}): string {
  return `global
    log stdout format raw local0
    stats socket /run/haproxy/admin.sock mode 600 level admin
    localpeer ${plan.name}
    maxconn ${MAX_CONNECTIONS}
    # A request that takes another route is sent again from a buffer, with its headers and its body.
    tune.bufsize ${BUFFER_KB * 1024}
    # What the container's memory has room for, beside connections.
    tune.buffers.limit ${MAX_BUFFERS}
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
    timeout client ${CLIENT_SECONDS}s
    timeout server ${plan.limits.requestTimeoutSeconds}s
    timeout tunnel ${plan.limits.idleSeconds}s
    # Sockets may be silent for hours: a client or a machine that is gone without a word is noticed by these.
    option clitcpka
    clitcpka-idle 60s
    clitcpka-intvl 15s
    clitcpka-cnt 4
    option srvtcpka
    srvtcpka-idle 15s
    srvtcpka-intvl 5s
    srvtcpka-cnt 3
    timeout http-request 5s
    timeout http-keep-alive 10s
    timeout queue 5s
    timeout check 2s
    # Only requests that never reached the application are retried, so no POST is ever sent twice: after a failed
    # connection, and after 421, by which Nginx says that it could not reach the application.
    retries 3
    retry-on conn-failure 421
    option redispatch 1
${errorAnswers(pages)
  .map((line) => `    ${line}`)
  .join("\n")}

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
