import { READY, WEB_BACKEND } from "../ready.ts";
import { type Alert, type AlertGroup, type Subject, when } from "./alert.ts";

/** Whether servers, and what runs on them, are there. */
export function serverAlerts(subject: Subject): AlertGroup {
  const { scrapeSeconds, wholeServers, singleServers, hasReserve, hasApplicationMetrics } = subject;
  return {
    name: "servers",
    intervalSeconds: scrapeSeconds,
    alerts: [
      {
        name: "ServerDown",
        expr: [...allAway(wholeServers), ...allAwayForLong(singleServers)].join("\n  or "),
        for: `${scrapeSeconds}s`,
        keepFiringFor: "15s",
        severity: "page",
        summary: "{{ $labels.server }}: nothing of it answers",
        description: "A whole server is lost. The other servers have its work; their loss would be that of the site.",
      },
      {
        name: "InstanceDown",
        expr: `instance:up{tier!="application"} == 0 or instance:up{tier="application"} == 0 unless on (server) ${READY} == 1`,
        // Longer than a roll replaces one.
        for: "60s",
        severity: "warn",
        summary: "{{ $labels.instance }} does not answer",
        description: "One container of the stack does not answer, and its server does.",
      },
      ...when(hasApplicationMetrics, {
        name: "NoApplicationFigures",
        expr: `instance:up{tier="application"} == 0 and on (server) max by (server) (${READY}) == 1`,
        for: "5m",
        severity: "warn",
        summary: "{{ $labels.instance }} is ready, and gives no figures",
        description: "The application serves, and does not answer Prometheus at monitoring.applicationMetrics.",
      } satisfies Alert),
      {
        name: "NoServerReady",
        expr: `max(${READY}) == 0`,
        for: `${scrapeSeconds}s`,
        severity: "page",
        summary: "No server says that it is ready; every load balancer tries them all",
        description: "The readiness of every application is red, as when the databases are lost to all of them.",
      },
      {
        name: "ServerOutOfRotation",
        expr: `max by (server) (haproxy_server_status{${WEB_BACKEND},state="DOWN"}) == 1`,
        for: "30s",
        severity: "warn",
        summary: "The load balancers send {{ $labels.server }} nothing: its readiness is red",
        description: "The application of one server, or its way to the databases, does not work; the others serve.",
      },
      ...when(hasReserve, {
        name: "ReserveAtWork",
        expr: `max(haproxy_backend_active_servers{${WEB_BACKEND}}) == 0 and max(${READY}) == 1`,
        for: `${scrapeSeconds}s`,
        severity: "warn",
        summary: "The passive server does the work: the active one is out",
        description: "Another loss would take the site down.",
      } satisfies Alert),
      ...loadBalancerAlerts(subject),
      {
        name: "Restarting",
        expr: [
          'changes(process_start_time_seconds{job="application"}[15m]) > 2',
          "  or changes(haproxy_process_start_time_seconds[15m]) > 2",
          "  or resets(mysql_global_status_uptime[15m]) > 2",
          "  or resets(nginx_connections_accepted[15m]) > 2",
        ].join("\n"),
        severity: "warn",
        summary: "{{ $labels.instance }} was started {{ $value }} times within 15 minutes",
        description: "The engine starts a container again and again, because its process ends.",
      },
    ],
  };
}

/** A roll takes one container at a time, so nothing of a server with several answers only when it is lost. */
function allAway(servers: readonly string[]): readonly string[] {
  return when(servers.length > 0, `max by (server) (instance:up{${among(servers)}}) == 0`);
}

/** A roll takes all of a server with one container for a moment. One that has just come was not there a minute ago. */
function allAwayForLong(servers: readonly string[]): readonly string[] {
  return when(
    servers.length > 0,
    `(max by (server) (max_over_time(instance:up{${among(servers)}}[1m])) == 0 and max by (server) (instance:up{${among(servers)}} offset 1m) >= 0)`,
  );
}

function among(servers: readonly string[]): string {
  return `server=~"${servers.join("|")}"`;
}

function loadBalancerAlerts({ loadBalancers, holders }: Subject): readonly Alert[] {
  return [
    ...when(loadBalancers > 1, {
      name: "LoadBalancerAlone",
      expr: `count(up{job="haproxy"} == 1) < ${loadBalancers}`,
      for: "10s",
      severity: "warn",
      summary: "One load balancer of two is left",
      description: "The other one has the addresses of the pair. Its loss would be that of the site.",
    } satisfies Alert),
    ...when(holders.length > 0, {
      name: "VirtualAddressAway",
      expr: holders
        .map(
          ({ address, loadBalancer }) =>
            `foobar_virtual_address_holder{instance="${address}",load_balancer!="${loadBalancer}"} == 1`,
        )
        .join("\n  or "),
      for: "10s",
      severity: "info",
      summary: "{{ $labels.load_balancer }} holds {{ $labels.instance }}, which another one has by configuration",
      description: "A load balancer has taken the address over, because the other one is lost or is replaced.",
    } satisfies Alert),
  ];
}
