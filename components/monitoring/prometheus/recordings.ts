import { LAST_RESORT } from "../../loadBalancer/backends.ts";
import type { Subject } from "../alerts/alert.ts";
import { OBJECTIVE_SECONDS } from "../alerts/objective.ts";

/** What visitors get: the front of every load balancer. */
const RESPONSES = 'haproxy_frontend_http_responses_total{job="haproxy",proxy="site"}';
const FAILURES = 'haproxy_frontend_http_responses_total{job="haproxy",proxy="site",code="5xx"}';
const SERVER_RESPONSES = `haproxy_server_http_responses_total{job="haproxy",proxy=~"web|web-safe|${LAST_RESORT}"}`;
const PROBES = 'probe_success{job="site"}';

/** The windows of burn rates that are sums of those of five minutes. */
const LONG_WINDOWS = ["30m", "1h", "6h", "3d"];

/** The series that Prometheus derives, for alerts and for whoever shows figures. */
export function recordings({ scrapeSeconds }: Pick<Subject, "scrapeSeconds">) {
  const interval = `${scrapeSeconds}s`;
  return [
    {
      // 1 or 0, whatever exporter tells it. The exporters' own `up` says only that the exporter answered.
      name: "up",
      interval,
      rules: [
        up("load-balancer", 'up{job="haproxy"}'),
        up("web", "max by (instance, server) (nginx_up)"),
        up("application", 'up{job="application"}'),
        up("router", 'up{job="router"}'),
        up("database", "mysql_up"),
      ],
    },
    {
      name: "traffic",
      interval,
      rules: [
        record("site:requests:rate1m", `sum(rate(${RESPONSES}[1m]))`),
        record("site:errors:rate1m", `sum(rate(${FAILURES}[1m]))`),
        // By the load balancers: web servers also count health checks and these questions.
        record("server:requests:rate1m", ofWebServer(`rate(${SERVER_RESPONSES}[1m])`)),
        // Seconds that a database's data are behind the primary's: of the transaction that it applies now. 0: none in hand.
        record("database:lag_seconds", lag("mysql_perf_schema_applying_transaction_original_commit_timestamp_seconds")),
      ],
    },
    {
      // Probes count beside visitors: with twelve visitors in an hour one failure would be a burn rate of 83.
      name: "slo",
      interval: `${OBJECTIVE_SECONDS}s`,
      rules: [
        record("slo:total:5m", `sum(increase(${RESPONSES}[5m])) + sum(count_over_time(${PROBES}[5m]))`),
        record(
          "slo:bad:5m",
          `(sum(increase(${FAILURES}[5m])) or vector(0)) + sum(count_over_time(${PROBES}[5m]) - sum_over_time(${PROBES}[5m]))`,
        ),
        ...LONG_WINDOWS.flatMap((window) =>
          (["total", "bad"] as const).map((kind) =>
            record(`slo:${kind}:${window}`, `sum_over_time(slo:${kind}:5m[${window}:5m])`),
          ),
        ),
      ],
    },
  ];
}

function record(name: string, expr: string) {
  return { record: name, expr };
}

/**
 * Sums what a backend counts for a web server, and for the same server as one of the last resort. The name that both
 * share gets a label of its own first: two series of one backend must not become the same series before they are summed.
 */
function ofWebServer(expr: string): string {
  const sums = `sum by (web) (label_replace(${expr}, "web", "$1", "server", "(?:${LAST_RESORT}-)?(.*)"))`;
  return `sum by (server) (label_replace(${sums}, "server", "$1", "web", "(.*)"))`;
}

function up(tier: string, expr: string) {
  return { record: "instance:up", labels: { tier }, expr };
}

function lag(timestamp: string): string {
  return `max by (instance, server) ((time() - ${timestamp}) * (${timestamp} > bool 0))`;
}
