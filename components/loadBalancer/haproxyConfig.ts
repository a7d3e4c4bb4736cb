import type { BackendPlan, BalancePlan, HealthPlan, LoadBalancerPlan } from "../../topology/plan.ts";
import { PEERS_PORT, SITE_PORT, STATISTICS_PORT } from "../../topology/ports.ts";

/** HAProxy's configuration folder in its container. */
export const CONFIG_FOLDER = "/etc/haproxy";

/** Seconds over which a stopping HAProxy asks its clients to close their connections. */
const CLOSE_SECONDS = 5;

/** Seconds in which a client has to send its body, or as much of it as HAProxy holds; then it gets a 408. */
const BODY_SECONDS = 10;

/** Seconds from the stop signal until HAProxy has finished every request that the application may still answer. */
export function stopSeconds({ requestTimeoutSeconds }: LoadBalancerPlan): number {
  return requestTimeoutSeconds + CLOSE_SECONDS;
}

/** haproxy.cfg of a load balancer. HAProxy runs unprivileged, so its file names no user and no chroot. */
export function haproxyConfig(plan: LoadBalancerPlan): string {
  const statisticsArePublished = plan.published.some(({ serves }) => serves === "statistics");
  const ready = plan.backends.filter(({ traffic }) => traffic === "ready");
  return `global
    log stdout format raw local0
    stats socket /run/haproxy/admin.sock mode 600 level admin
    localpeer ${plan.name}
    maxconn 4000
    # More threads than CPUs wait for each other.
    nbthread ${Math.ceil(Number(plan.haproxy.cpus))}
    # A successor in the same network namespace accepts new connections; clients are asked to close the old ones.
    close-spread-time ${CLOSE_SECONDS}s
    hard-stop-after ${stopSeconds(plan)}s

defaults
    mode http
    log global
    option httplog
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

# Containers come back with other addresses: names are resolved while HAProxy runs, not only at its start.
resolvers docker
    nameserver engine 127.0.0.11:53
    resolve_retries 3
    timeout resolve 1s
    timeout retry 500ms
    hold valid 1s

# The table of clients outlives a replacement of HAProxy, and a pair shares it.
peers loadbalancers
${plan.peers.map(({ name, address }) => peer(name, address, plan.name)).join("\n")}

frontend site
    bind :${SITE_PORT}
    # Headers that a client could forge are replaced.
    http-request del-header X-Forwarded-For
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Request-ID %[uuid()]
    option forwardfor
    # A route is chosen when the body is there: a body that arrives slowly could outlive the chosen server, and a request
    # with a missing part cannot take another route. A body that is too large to wait for is passed on as it comes.
    http-request wait-for-body time ${BODY_SECONDS}s if { req.body_size gt 0 } || { req.hdr(transfer-encoding) -m found }
    http-response return status 503 ${NO_SERVER} if { status 421 }
    use_backend last-resort if { nbsrv(web) eq 0 }
    default_backend web

backend web
${[...balance(plan.balance), ...affinity(plan.affinity)].map((line) => `    ${line}`).join("\n")}
    option httpchk
    http-check send meth GET uri ${plan.readinessPath} hdr Host www.foobar.com
    http-check expect status 200
    default-server ${checks(plan.health)} ${RESOLVE}
${plan.backends.map((backend) => server(backend, plan.affinity === "cookie")).join("\n")}

# If no server is ready, perhaps because one stops while the next is only starting, all servers that may get requests
# are tried: that is better than refusing every request.
backend last-resort
    balance roundrobin
    default-server ${RESOLVE}
${ready.map(({ name, address, port }) => `    server ${name} ${address}:${port}`).join("\n")}

frontend statistics
    bind ${statisticsArePublished ? "" : "127.0.0.1"}:${STATISTICS_PORT}
    # Requests to the published port come from the edge network; all others, such as the web servers', are denied.
    http-request deny unless { src 127.0.0.1 ${plan.edgeSubnet} }
    http-request use-service prometheus-exporter if { path /metrics }
    monitor-uri /healthz
    no log
    stats enable
    stats uri /
    stats refresh 5s
`;
}

const NO_SERVER = `content-type "text/html; charset=utf-8" file ${CONFIG_FOLDER}/503.html hdr Retry-After 5`;

const RESOLVE = "resolvers docker resolve-prefer ipv4 init-addr libc,none";

function peer(name: string, address: string, own: string): string {
  return name === own
    ? `    bind ${address}:${PEERS_PORT}\n    server ${name}`
    : `    server ${name} ${address}:${PEERS_PORT}`;
}

function balance({ algorithm, hash }: BalancePlan): string[] {
  if (hash === undefined) return [`balance ${algorithm}`];
  return [["balance", algorithm, ...hash.uriOptions].join(" "), `hash-type ${hash.method}`];
}

function affinity(kind: LoadBalancerPlan["affinity"]): string[] {
  if (kind === "cookie") return ['cookie FOOBAR_SERVER insert indirect nocache httponly attr "SameSite=Lax"'];
  if (kind === "address") {
    return ["stick-table type ip size 100k expire 30m peers loadbalancers", "stick on src"];
  }
  return [];
}

const OBSERVED = { connection: "layer4", response: "layer7" } as const;

function checks({ intervalMs, fastIntervalMs, fall, rise, observe, slowStartSeconds }: HealthPlan): string {
  return [
    `check inter ${intervalMs}ms fastinter ${fastIntervalMs}ms downinter ${intervalMs}ms fall ${fall} rise ${rise}`,
    ...(observe === "off" ? [] : [`observe ${OBSERVED[observe]} error-limit 5 on-error mark-down`]),
    ...(slowStartSeconds === 0 ? [] : [`slowstart ${slowStartSeconds}s`]),
  ].join(" ");
}

/**
 * A server with weight 0 gets no new visitors and keeps those that are bound to it; a disabled server gets no requests.
 */
function server(
  { name, address, port, weight, maxConnections, traffic, backup }: BackendPlan,
  cookie: boolean,
): string {
  return [
    `    server ${name} ${address}:${port} weight ${traffic === "drain" ? 0 : weight}`,
    ...(maxConnections === undefined ? [] : [`maxconn ${maxConnections}`]),
    ...(cookie ? [`cookie ${name}`] : []),
    ...(backup ? ["backup"] : []),
    ...(traffic === "maintenance" ? ["disabled"] : []),
  ].join(" ");
}
