import { type LoadBalancerPlan, STATISTICS_PORT } from "../../topology.ts";

/** haproxy.cfg of a load balancer. HAProxy runs unprivileged, so its file names no user and no chroot. */
export function haproxyConfig(plan: LoadBalancerPlan, edgeSubnet: string): string {
  const site = plan.published.find(({ serves }) => serves === "site");
  const statisticsArePublished = plan.published.some(({ serves }) => serves === "statistics");
  return `global
    log stdout format raw local0
    stats socket /run/haproxy/admin.sock mode 600 level admin
    maxconn 4000
    hard-stop-after 20s

defaults
    mode http
    log global
    option httplog
    option dontlognull
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    timeout http-request 5s
    timeout http-keep-alive 10s
    timeout queue 5s
    timeout check 2s
    # Only connections that were never made are tried again, so no POST is ever sent twice.
    retries 3
    retry-on conn-failure
    option redispatch 1

# Containers come back with other addresses: names are resolved while HAProxy runs, not once at its start.
resolvers docker
    nameserver engine 127.0.0.11:53
    resolve_retries 3
    timeout resolve 1s
    timeout retry 500ms
    hold valid 1s

frontend site
    bind :${site?.target ?? 8080}
    # What a client claims about itself is dropped.
    http-request del-header X-Forwarded-For
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Request-ID %[uuid()]
    option forwardfor
    default_backend web

backend web
    balance ${plan.algorithm}
    option httpchk
    http-check send meth GET uri ${plan.readinessPath} hdr Host www.foobar.com
    http-check expect status 200
    default-server check inter 1s fastinter 250ms downinter 1s fall 2 rise 2 resolvers docker resolve-prefer ipv4 init-addr libc,none
${plan.backends.map(({ server, address, port }) => `    server ${server} ${address}:${port}`).join("\n")}

frontend statistics
    bind ${statisticsArePublished ? "" : "127.0.0.1"}:${STATISTICS_PORT}
    # Published ports are reached from the edge network; the web servers have no business here.
    http-request deny unless { src 127.0.0.1 ${edgeSubnet} }
    http-request use-service prometheus-exporter if { path /metrics }
    monitor-uri /healthz
    no log
    stats enable
    stats uri /
    stats refresh 5s
`;
}
