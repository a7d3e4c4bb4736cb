import type { ReadinessPlan } from "../../topology/applicationPlan.ts";
import type { BackendPlan, BalancePlan, HealthPlan, LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import { CLIENT_CERTIFICATE, TLS } from "../tlsFiles.ts";

/** Servers that are tried while no server is ready: a backend, and the beginning of their names in the backend `web`. */
export const LAST_RESORT = "last-resort";

/** The condition, of the backend `web`, that some server is ready. */
const SOME_READY = "some_ready";

/**
 * The backend, on several machines, of requests that may be sent twice. A machine that loses power does not say so, and
 * requests that are on their way there get no answer. Those of this backend are then sent to another server.
 */
const SAFE = "web-safe";

/** Methods that change nothing (RFC 9110, 9.2.1). */
const SAFE_METHODS = "GET HEAD OPTIONS";

/**
 * Time for which another machine may not confirm what was sent to it: it is gone, or cut off. HAProxy takes it from a
 * server's own line alone, not from `default-server`.
 */
const SILENCE = "tcp-ut 1s";

/** Rules for a frontend that choose the backend: `web`, unless no server is ready. */
export function backendRules(plan: LoadBalancerPlan): string[] {
  return [
    ...readyOnes(plan).map(({ name }) => `acl ${SOME_READY} srv_is_up(web/${name})`),
    `use_backend ${LAST_RESORT} unless ${SOME_READY}`,
    ...(plan.isSeveral ? [`use_backend ${SAFE} if { method ${SAFE_METHODS} }`] : []),
    "default_backend web",
  ];
}

/** The limit until an answer begins is that of `defaults`; from then on there is one for its silences. */
function silence({ limits }: LoadBalancerPlan): string {
  return `http-response set-timeout server ${limits.idleSeconds}s`;
}

/** The routes that requests can take. */
export function backends(plan: LoadBalancerPlan): string {
  const ready = readyOnes(plan);
  const more = plan.isSeveral ? [SILENCE] : [];
  return `backend web
${[...balance(plan.balance), ...affinity(plan.affinity)].map((line) => `    ${line}`).join("\n")}
    option httpchk
${readinessCheck(plan.readiness)}
    ${silence(plan)}
    default-server ${checks(plan.health)} ${RESOLVE}
    default-server ${VERIFIED}
${plan.backends.map((backend) => [server(backend, plan.affinity === "cookie"), ...more].join(" ")).join("\n")}
${lastOnes(ready, more)}

${plan.isSeveral ? safeBackend(plan, ready) : ""}# If no server is ready, perhaps because one stops while the next is only starting, all servers that may get requests
# are tried: that is better than refusing every request.
backend ${LAST_RESORT}
    balance roundrobin
    ${silence(plan)}
    default-server ${RESOLVE}
    default-server ${VERIFIED}
${ready.map((backend) => [`    server ${backend.name} ${place(backend)}`, ...more].join(" ")).join("\n")}`;
}

/** As `web`, by whose checks its servers are up or down. */
function safeBackend(plan: LoadBalancerPlan, ready: readonly BackendPlan[]): string {
  const isSticky = plan.affinity === "address";
  const same = isSticky ? ["stick on src table web"] : affinity(plan.affinity);
  return `backend ${SAFE}
${[...balance(plan.balance), ...same].map((line) => `    ${line}`).join("\n")}
    retry-on conn-failure empty-response 421
    ${silence(plan)}
    default-server ${RESOLVE}
    default-server ${VERIFIED}
${plan.backends.map((backend) => `${server(backend, plan.affinity === "cookie")} track web/${backend.name} ${SILENCE}`).join("\n")}
${lastOnes(ready, [SILENCE])}

`;
}

function lastOnes(ready: readonly BackendPlan[], more: readonly string[]): string {
  const options = ["no-check backup non-stick resolve-opts allow-dup-ip", ...more].join(" ");
  return `    # Requests that already wait for a server when the last one goes down are sent to these.
${ready.map((backend) => `    server ${LAST_RESORT}-${backend.name} ${place(backend)} ${options}`).join("\n")}`;
}

/** Asks for readiness as a visitor would. */
function readinessCheck({ path, host, isHttps, status }: ReadinessPlan): string {
  return `    http-check send meth GET uri ${path} hdr Host ${host}${isHttps ? " hdr X-Forwarded-Proto https" : ""}
    http-check expect status ${status}`;
}

function readyOnes({ backends }: LoadBalancerPlan): BackendPlan[] {
  return backends.filter(({ traffic }) => traffic === "ready");
}

const RESOLVE = "resolvers docker resolve-prefer ipv4 init-addr libc,none";

/**
 * Web servers prove that they are in the stack, and so does the load balancer. HTTP/1.1 costs both sides half as much as
 * HTTP/2 would.
 */
const VERIFIED = `ssl verify required ca-file ${TLS.authority} crt ${CLIENT_CERTIFICATE} alpn http/1.1`;

/**
 * Where a web server is, and the name that its certificate must have. Health checks send no name of their own: HAProxy
 * takes `sni` for requests only.
 */
function place({ address, port }: BackendPlan): string {
  return `${address}:${port} sni str(${address}) check-sni ${address} verifyhost ${address}`;
}

function balance({ algorithm, hash }: BalancePlan): string[] {
  if (hash === undefined) return [`balance ${algorithm}`];
  return [["balance", algorithm, ...hash.uriOptions].join(" "), `hash-type ${hash.method}`];
}

function affinity(kind: LoadBalancerPlan["affinity"]): string[] {
  if (kind === "cookie") return ['cookie FOOBAR_SERVER insert indirect nocache httponly attr "SameSite=Lax"'];
  if (kind === "address") {
    return ["stick-table type ipv6 size 100k expire 30m peers loadbalancers", "stick on src"];
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
function server(backend: BackendPlan, cookie: boolean): string {
  const { name, weight, maxConnections, traffic, backup } = backend;
  return [
    `    server ${name} ${place(backend)} weight ${traffic === "drain" ? 0 : weight}`,
    ...(maxConnections === undefined ? [] : [`maxconn ${maxConnections}`]),
    ...(cookie ? [`cookie ${name}`] : []),
    ...(backup ? ["backup"] : []),
    ...(traffic === "maintenance" ? ["disabled"] : []),
  ].join(" ");
}
