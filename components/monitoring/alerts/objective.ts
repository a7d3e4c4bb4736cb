import { type Alert, type AlertGroup, type Subject, when } from "./alert.ts";

/** The seconds between two values of the counts that the long windows are sums of. */
export const OBJECTIVE_SECONDS = 30;

/**
 * A window of a burn rate: whether the share of failures in it is more than so many times of the budget.
 * https://sre.google/workbook/alerting-on-slos/
 */
function burns(window: string, times: number, budget: number): string {
  return `slo:bad:${window} / slo:total:${window} > ${times} * ${budget}`;
}

/** A window that is longer than the stack is old would make seconds of failure a share of minutes: it must be full. */
function isFull(window: string, values: number): string {
  return `count_over_time(slo:total:5m[${window}:5m]) >= ${values}`;
}

/** Whether more requests fail, or take long, than the objective allows. */
export function objectiveAlerts({ budget, hasApplicationMetrics }: Subject): AlertGroup {
  const both = (long: string, short: string, times: number, values: number) =>
    `(${burns(long, times, budget)} and ${burns(short, times, budget)} and slo:bad:${long} >= 5 and ${isFull(long, values)})`;
  return {
    name: "objective",
    intervalSeconds: OBJECTIVE_SECONDS,
    alerts: [
      {
        name: "ErrorBudgetBurnsFast",
        // 2 % of a month's budget in an hour, 5 % in six hours. At least 5 failures: one is none.
        expr: `${both("1h", "5m", 14.4, 12)}\n  or ${both("6h", "30m", 6, 72)}`,
        severity: "page",
        summary: "Too many requests fail: {{ $value | humanizePercentage }}",
        description: "At this rate the failures that the objective allows in a month are used up within days.",
      },
      {
        name: "ErrorBudgetBurnsSlowly",
        expr: `${burns("3d", 1, budget)} and ${burns("6h", 1, budget)} and slo:bad:3d >= 20 and ${isFull("3d", 860)}`,
        severity: "warn",
        summary: "Too many requests fail over days: {{ $value | humanizePercentage }}",
        description: "At this rate the objective of the month is missed.",
      },
      ...when(hasApplicationMetrics, {
        name: "Slow",
        expr: [
          'sum(rate(http_request_duration_seconds_bucket{job="application",le="0.5"}[5m]))',
          '  / sum(rate(http_request_duration_seconds_count{job="application"}[5m])) < 0.99',
          'and sum(increase(http_request_duration_seconds_count{job="application"}[5m])) > 100',
        ].join("\n"),
        for: "5m",
        severity: "warn",
        summary: "Only {{ $value | humanizePercentage }} of the answers take less than 0.5 s",
        description: "The application answers more slowly than it should.",
      } satisfies Alert),
    ],
  };
}
