import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";
import { when } from "./alerts/alert.ts";
import { READY } from "./ready.ts";

/** What a value of a query is. `yes` is 1 or 0. Times are in seconds. */
export type Unit = "yes" | "count" | "per second" | "per minute" | "seconds";

/** From where on a value is a matter for somebody, as with the severities of alerts. */
export interface Limits {
  readonly side: "above" | "below";
  readonly warn?: number;
  readonly page?: number;
}

/** A question to Prometheus, for boards. */
export interface Query {
  readonly name: QueryName;
  /** What the value is, after its unit: 12 `requests a second`. */
  readonly title: string;
  /** In PromQL of version 3.5. */
  readonly expr: string;
  readonly unit: Unit;
  /** The label that names each of its series. undefined: it has one series. */
  readonly by?: "instance" | "load_balancer";
  readonly limits?: Limits;
}

/** Lines over time in one coordinate system. */
export interface Chart {
  readonly title: string;
  readonly lines: readonly QueryName[];
  /** The scale goes at least up to this value, so that small noise looks small. */
  readonly least: number;
}

/** Every query that a stack may have. */
export const QUERY_NAMES = [
  "age",
  "siteAnswers",
  "requests",
  "failures",
  "latency99",
  "latency50",
  "latencyMean",
  "waysReady",
  "lag",
  "backupAge",
  "certificate",
  "up",
  "webRequests",
  "webReady",
  "balancerRequests",
  "holders",
  "readOnly",
  "replicates",
  "databaseLag",
] as const;
export type QueryName = (typeof QUERY_NAMES)[number];

/** What is asked for. */
type Asked = Pick<MonitoringPlan, "watched" | "shown">;

const DAY = 86_400;

/**
 * The questions by which boards show a stack. Those that it has no figures for are left out. A figure that is missing
 * is never one that is well, so none has a default.
 */
export function queriesOf({ watched, shown }: Asked): Query[] {
  return [
    {
      name: "age",
      title: "since the newest figure",
      expr: "time() - max(timestamp(up))",
      unit: "seconds",
      limits: { side: "above", page: 60 },
    },
    {
      name: "siteAnswers",
      title: "the site answers",
      expr: 'max(probe_success{job="site",way="visitor"})',
      unit: "yes",
      limits: { side: "below", page: 1 },
    },
    { name: "requests", title: "requests a second", expr: "site:requests:rate1m", unit: "per second" },
    {
      name: "failures",
      title: "failed requests a minute",
      expr: "60 * site:errors:rate1m",
      unit: "per minute",
      limits: { side: "above", warn: 0, page: 10 },
    },
    ...latencies(watched),
    {
      name: "waysReady",
      title: `of ${shown.waysInUse} ${shown.areWaysServers ? "servers" : "ways"} ready`,
      expr: `max(sum by (instance) (${READY}))`,
      unit: "count",
      limits: { side: "below", warn: shown.waysInUse, page: 1 },
    },
    ...replicas(watched),
    ...backups(watched),
    {
      name: "certificate",
      title: "until a certificate ends",
      expr: "min(probe_ssl_earliest_cert_expiry) - time()",
      unit: "seconds",
      limits: { side: "below", warn: 14 * DAY, page: 3 * DAY },
    },
    {
      name: "up",
      title: "answers",
      expr: "instance:up",
      unit: "yes",
      by: "instance",
      limits: { side: "below", page: 1 },
    },
    {
      name: "webRequests",
      title: "requests a second",
      expr: ofWebServers(shown, (backends) => `sum(server:requests:rate1m{server=~"${backends}"})`),
      unit: "per second",
      by: "instance",
    },
    {
      name: "webReady",
      title: "gets requests",
      expr: ofWebServers(
        shown,
        (backends) => `max(haproxy_server_status{job="haproxy",proxy="web",state="UP",server=~"${backends}"})`,
      ),
      unit: "yes",
      by: "instance",
      limits: { side: "below", warn: 1 },
    },
    {
      name: "balancerRequests",
      title: "requests a second",
      expr: 'sum by (instance) (rate(haproxy_frontend_http_responses_total{job="haproxy",proxy="site"}[1m]))',
      unit: "per second",
      by: "instance",
    },
    ...when(watched.holders.length > 0, {
      name: "holders",
      title: "holds an address of the pair",
      expr: "max by (load_balancer) (foobar_virtual_address_holder)",
      unit: "yes",
      by: "load_balancer",
    } satisfies Query),
    {
      name: "readOnly",
      title: "takes no writes",
      expr: 'mysql_global_variables_read_only{job="mysql"}',
      unit: "yes",
      by: "instance",
    },
  ];
}

/** By the application's own figures, or by those of the load balancers. */
function latencies({ hasApplicationMetrics }: Asked["watched"]): Query[] {
  const limits = { side: "above", warn: 0.5, page: 2 } as const;
  const quantile = (share: number) =>
    `histogram_quantile(${share}, sum by (le) (rate(http_request_duration_seconds_bucket{job="application"}[5m])))`;
  if (hasApplicationMetrics) {
    return [
      { name: "latency99", title: "99 % of the answers take less", expr: quantile(0.99), unit: "seconds", limits },
      { name: "latency50", title: "half of the answers take less", expr: quantile(0.5), unit: "seconds", limits },
    ];
  }
  const expr = 'max(haproxy_backend_total_time_average_seconds{job="haproxy",proxy="web"})';
  return [{ name: "latencyMean", title: "an answer takes, on average", expr, unit: "seconds", limits }];
}

/** A replica that has stopped has nothing in hand that could be late: its lag is unknown, not 0. */
function replicas({ databases, members, maxLagSeconds }: Asked["watched"]): readonly Query[] {
  const limits = { side: "above", warn: maxLagSeconds } as const;
  const follows = (by: string) =>
    `min${by} (mysql_slave_status_replica_io_running) * min${by} (mysql_slave_status_replica_sql_running)`;
  const isGroup = members !== undefined;
  // A group's primary also has a figure, which is no replica's.
  const behind = "database:lag_seconds and on (instance) (mysql_global_variables_read_only == 1)";
  if (databases < 2) return [];
  return [
    {
      name: "lag",
      title: "the replicas are behind",
      expr: isGroup ? `max(${behind})` : `max(${behind}) unless (${follows("")} == 0)`,
      unit: "seconds",
      limits,
    },
    { name: "databaseLag", title: "is behind", expr: behind, unit: "seconds", by: "instance", limits },
    ...when(!isGroup, {
      name: "replicates",
      title: "follows its source",
      expr: follows(" by (instance)"),
      unit: "yes",
      by: "instance",
      limits: { side: "below", page: 1 },
    } satisfies Query),
  ];
}

/** The exporter of the machine with the backups has their figures. */
function backups({ backups: plan, machines }: Asked["watched"]): readonly Query[] {
  if (plan === undefined) return [];
  return when(machines > 0, {
    name: "backupAge",
    title: "since the last full backup",
    expr: "time() - max(foobar_backup_taken_timestamp_seconds)",
    unit: "seconds",
    limits: { side: "above", page: 1.5 * plan.everyHours * 3600 },
  } satisfies Query);
}

/** The load balancers count by ways: web servers themselves also count health checks and what monitoring asks. */
function ofWebServers({ ways }: Asked["shown"], sum: (backends: string) => string): string {
  return ways
    .filter(({ backends }) => backends.length > 0)
    .map(({ web, backends }) => `label_replace(${sum(backends.join("|"))}, "instance", "${web}", "", "")`)
    .join("\n  or ");
}

/** The charts of a board, of the queries that the stack has. */
export function chartsOf(queries: readonly Query[]): Chart[] {
  const charts: readonly Chart[] = [
    { title: "Requests a second, by web server", lines: ["webRequests"], least: 1 },
    { title: "Time to answer", lines: ["latency99", "latency50", "latencyMean"], least: 0.1 },
    { title: "Failed requests a minute", lines: ["failures"], least: 1 },
    { title: "Replicas behind the primary", lines: ["databaseLag"], least: 1 },
  ];
  const names = queries.map(({ name }) => name);
  return charts
    .map((chart) => ({ ...chart, lines: chart.lines.filter((name) => names.includes(name)) }))
    .filter(({ lines }) => lines.length > 0);
}
