import assert from "node:assert/strict";
import type { Alert, AlertGroup } from "../../components/monitoring/alerts/alert.ts";
import { runbook } from "../../components/monitoring/alerts/alerts.ts";
import { recordings } from "../../components/monitoring/prometheus/recordings.ts";
import { yaml } from "../../components/monitoring/prometheus/rules.ts";

/** An alert that fires at a time, as people get it. */
export interface Firing {
  readonly alert: string;
  /** Since the beginning: 35s, 12m. */
  readonly at: string;
  readonly summary: string;
  /** Its labels beside the severity. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Figures, and what alerts make of them. */
export interface AlertCase {
  readonly name: string;
  /** The time between two figures of a series. */
  readonly every: string;
  /** The figures by series, in promtool's notation. */
  readonly series: Readonly<Record<string, string>>;
  /** Alerts that do not fire at a time. */
  readonly quiet?: readonly (readonly [alert: string, ...at: string[]])[];
  readonly firing?: readonly Firing[];
}

/** Cases that are evaluated at one interval: at 1 s those of hours would take minutes. */
export interface AlertCases {
  readonly evaluated: string;
  readonly cases: readonly AlertCase[];
}

/** The cases as `promtool test rules` takes them. */
export function testFile({ evaluated, cases }: AlertCases, groups: readonly AlertGroup[]): string {
  const alerts = groups.flatMap((group) => group.alerts);
  const known = (name: string): Alert => {
    const alert = alerts.find((one) => one.name === name);
    assert.ok(alert, `there is no alert ${name}`);
    return alert;
  };
  return yaml({
    rule_files: ["recordings.yml", "alerts.yml"],
    evaluation_interval: evaluated,
    // As in Prometheus a group may be evaluated before another; a test has to know which.
    group_eval_order: [...recordings({ scrapeSeconds: 1 }), ...groups].map(({ name }) => name),
    tests: cases.map(({ name, every, series, quiet = [], firing = [] }) => ({
      name,
      interval: every,
      input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
      alert_rule_test: [
        ...quiet.flatMap(([alert, ...times]) =>
          times.map((at) => ({ eval_time: at, alertname: known(alert).name, exp_alerts: [] })),
        ),
        ...firing.map(({ alert, at, summary, labels = {} }) => {
          const { severity, description } = known(alert);
          return {
            eval_time: at,
            alertname: alert,
            exp_alerts: [
              {
                exp_labels: { severity, ...labels },
                exp_annotations: { summary, description, runbook: runbook(alert) },
              },
            ],
          };
        }),
      ],
    })),
  });
}
