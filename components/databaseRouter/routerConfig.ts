import type { RouterPlan, RouterTarget } from "../../topology/databasePlan.ts";
import { STATISTICS_PORT } from "../../topology/ports.ts";
import { mysqlCheck } from "./mysqlCheck.ts";
import { ROLES, ROUTER_ACCOUNT, YES } from "./roles.ts";

/** HAProxy's configuration folder in its container. */
export const CONFIG_FOLDER = "/etc/haproxy";

/** Succeeds while HAProxy serves: a router is healthy without a primary, too. The image's only HTTP client is bash. */
export const PROBE = `exec 3<>/dev/tcp/127.0.0.1/${STATISTICS_PORT} && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ "$status" = 200 ]`;

/** The environment variable with the address that a router listens on. */
const LISTEN = "ROUTER_ADDRESS";

/**
 * Starts HAProxy with its address in the applications' network. While a router is replaced, the router's name there
 * stands for the old and for the new one. The host name stands for this one, in all of its networks.
 */
export function startCommand({ name, address }: RouterPlan): string[] {
  const addresses = (host: string) => `<(getent ahostsv4 ${host} | cut -d' ' -f1 | sort -u)`;
  const own = `${LISTEN}=$(comm -12 ${addresses(address)} ${addresses(name)})`;
  // Without an address HAProxy would listen on all.
  return ["bash", "-c", `export ${own}; : "\${${LISTEN}:?}"; exec haproxy -f ${CONFIG_FOLDER}/haproxy.cfg`];
}

/** Seconds from the stop signal in which statements can end; then open connections are closed. */
export const STOP_SECONDS = 10;

/** A database's connections that are reserved for replication, the nodes' own scripts, monitoring and people. */
const RESERVED = 10;
/** Connections that are reserved for the checks of one router, and of its successor beside it. */
const RESERVED_PER_ROUTER = 6;

/** Client connections that may wait in a queue for a database. */
const WAITING = 100;

/**
 * haproxy.cfg of a database router. HAProxy runs unprivileged, so its file names no user and no chroot.
 * @param routers the number of routers that share the databases' connections, this one included
 */
export function routerConfig(plan: RouterPlan, routers: number): string {
  const { ports, targets, maxLagSeconds, isSeveral } = plan;
  const silence = isSeveral ? [SILENCE] : [];
  const share = connectionShare(plan.maxConnections, routers);
  return `global
    log stdout format raw local0
    stats socket /run/haproxy/admin.sock mode 600 level admin
    maxconn ${share * targets.length + WAITING}
    # More threads than CPUs wait for each other.
    nbthread ${Math.ceil(Number(plan.cpus))}
    # A router that has just started asks its databases at once.
    max-spread-checks 50ms
    hard-stop-after ${STOP_SECONDS}s

defaults
    mode tcp
    log global
    # Connections that the client or the database ends are not logged.
    option dontlog-normal
    timeout connect 2s
    # A pool's connection may be idle for long. TCP keepalive notices when its other end is gone.
    timeout client 1h
    timeout server 1h
    option clitcpka
    option srvtcpka
    clitcpka-idle 30s
    clitcpka-intvl 5s
    clitcpka-cnt 3
    srvtcpka-idle 30s
    srvtcpka-intvl 5s
    srvtcpka-cnt 3
    timeout queue 1s
    timeout check 1s
    retries 1
    option redispatch 1
    # A server gets clients only after a check has confirmed its role. When it loses the role, its clients are
    # disconnected: a database that hangs would hold them, and a read-only one could not serve them.
    default-server maxconn ${share} init-state fully-down on-marked-down shutdown-sessions
    default-server resolvers docker resolve-prefer ipv4 init-addr libc,none

# Containers come back with other addresses: names are resolved while HAProxy runs, not once at its start.
resolvers docker
    nameserver engine 127.0.0.11:53
    resolve_retries 3
    timeout resolve 1s
    timeout retry 500ms
    hold valid 1s
    # The engine may give a removed container's address to another container.
    hold nx 2s

frontend writes
    option tcplog
    bind "\${${LISTEN}}:${ports.write}"
    default_backend primary

frontend reads
    option tcplog
    bind "\${${LISTEN}}:${ports.read}"
    use_backend replicas if { nbsrv(replicas) gt 0 }
    use_backend primary if { nbsrv(primary) gt 0 }
    default_backend readable

# Only one database gets writes. If two report that they are the primary, every router uses the first one listed here.
backend primary
${lines(check(ROLES.primary()))}
    default-server ${QUICK}
${targets.map((target, index) => server(target, index === 0 ? "on-marked-up shutdown-backup-sessions" : "backup", ...silence)).join("\n")}

backend replicas
    balance leastconn
${lines(check(ROLES.replica(maxLagSeconds)))}
    default-server ${QUICK}
${targets.map((target) => server(target, ...silence)).join("\n")}

# Reads without a primary and without an up-to-date replica: old data is better than none.
backend readable
    balance leastconn
${lines(check(ROLES.readable()))}
    default-server ${SLOW}
${targets.map((target) => server(target, ...silence)).join("\n")}

frontend statistics
    mode http
${lines(statisticsBind(plan))}
    http-request use-service prometheus-exporter if { path /metrics }
    monitor-uri /healthz
    no log
    timeout client 30s
    stats enable
    stats uri /
    stats refresh 5s
`;
}

/** Prometheus asks in the databases' network. The application, which reaches the router in another one, may not. */
function statisticsBind({ watchedFrom }: RouterPlan): string[] {
  if (watchedFrom === undefined) return [`bind 127.0.0.1:${STATISTICS_PORT}`];
  return [`bind :${STATISTICS_PORT}`, `tcp-request connection reject unless { src 127.0.0.0/8 ${watchedFrom} }`];
}

/**
 * The connections that one router opens to a database at most. All routers together leave the reserved ones: a database
 * whose connections are all in use cannot be checked either. A database is in one backend at a time and loses its
 * clients when that changes, so one limit is enough for all backends.
 */
export function connectionShare(maxConnections: number, routers: number): number {
  return Math.max(1, Math.floor((maxConnections - RESERVED) / routers) - RESERVED_PER_ROUTER);
}

/** Time for which another machine may not confirm what was sent to it: it is gone, or cut off. */
const SILENCE = "tcp-ut 1s";

/** A changed primary has to be noticed soon: after two negative answers, or two timeouts. */
const QUICK = "check inter 250ms fastinter 100ms downinter 250ms rise 1 fall 2";
const SLOW = "check inter 2s fastinter 500ms downinter 2s rise 1 fall 2";

function check(sql: string): string[] {
  return mysqlCheck({ account: ROUTER_ACCOUNT, sql, expect: YES });
}

function server({ name, address, port }: RouterTarget, ...options: string[]): string {
  return ["    server", name, `${address}:${port}`, ...options].join(" ");
}

function lines(all: readonly string[]): string {
  return all.map((line) => `    ${line}`).join("\n");
}
