import { recordings } from "../../components/monitoring/prometheus/recordings.ts";
import {
  CERTIFICATE,
  COUNTERS,
  DATABASE,
  LOAD_BALANCER,
  LOG_STORE,
  OWN,
  ROUTER,
  SITE,
} from "../../components/monitoring/prometheus/series.ts";
import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";

/** Words of PromQL, and labels, that look like series. */
const OTHERS = [
  "count_over_time",
  "max_over_time",
  "min_over_time",
  "sum_over_time",
  "predict_linear",
  "histogram_quantile",
  "label_replace",
  "load_balancer",
  "group_left",
  "member_state",
];

/** What is not filtered: exporters of machines and web servers, the application, the program's own. */
const UNFILTERED = /^(node_|nginx_|http_request_duration_seconds|foobar_|up$)/;

/** The names of the series that expressions read, each once. */
export function seriesIn(expressions: readonly string[]): string[] {
  const names = expressions.flatMap((expr) => [
    ...expr.replace(/"[^"]*"/g, "").matchAll(/\b(?:[a-z]+_[a-z0-9_]+|[a-z]+:[a-z0-9_:]+|up)\b/g),
  ]);
  return [...new Set(names.map(([name]) => name))].filter((name) => !OTHERS.includes(name)).sort();
}

/** Whether Prometheus has the series: it keeps what it reads of it, or derives it. */
export function isKept(name: string, plan: Pick<MonitoringPlan, "scrapeSeconds">): boolean {
  const listed = [...LOAD_BALANCER.metrics, ...ROUTER.metrics].flatMap((names) => names.split(","));
  const recorded = recordings(plan).flatMap(({ rules }) => rules.map(({ record }) => record));
  const kept = [...listed, ...recorded, OWN, LOG_STORE, DATABASE, COUNTERS, SITE, CERTIFICATE].join("|");
  return UNFILTERED.test(name) || new RegExp(`^(${kept})$`).test(name);
}
