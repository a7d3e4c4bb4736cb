import { type Alert, type AlertGroup, type Subject, when } from "./alert.ts";
import { SLOW_SECONDS } from "./machines.ts";

/** The alert that always fires while monitoring works: who gets it notices when it stops. */
export const WATCHDOG = "Watchdog";

/**
 * Seconds since Prometheus has stored its last figure. A full disk stops it from storing any, its own troubles
 * included: it goes on evaluating, and for five minutes it takes the last figures for the present ones.
 */
const SILENT_SECONDS = "time() - max(timestamp(up))";

/** Whether monitoring itself works. */
export function monitoringAlerts({ hasLogStore }: Subject): AlertGroup {
  return {
    name: "monitoring",
    intervalSeconds: SLOW_SECONDS,
    alerts: [
      {
        name: WATCHDOG,
        // Without new figures no alert can be trusted, so that it stops, too.
        expr: `${SILENT_SECONDS} < 120`,
        severity: "none",
        summary: "Monitoring works",
        description: "It always fires while that is so. The service that gets it tells somebody when it stops.",
      },
      {
        name: "NoNewFigures",
        expr: `${SILENT_SECONDS} > 30 or absent(up)`,
        // Prometheus itself may just have been away.
        for: "15s",
        severity: "page",
        summary: "Prometheus stores no new figures",
        description:
          "It would not notice the loss of the site. Its disk is full or broken; the site does not suffer from it.",
      },
      {
        name: "TargetMissing",
        // Other alerts speak of these.
        expr: 'up{job!~"haproxy|application|router|logs"} == 0',
        for: "1m",
        severity: "warn",
        summary: "{{ $labels.job }} {{ $labels.instance }} cannot be asked",
        description: "An exporter or another watcher does not answer: what it watches is not watched.",
      },
      {
        name: "NotificationsFail",
        expr: "increase(alertmanager_notifications_failed_total[5m]) > 0",
        severity: "warn",
        summary: "Notifications by {{ $labels.receiver_name }} fail: {{ $labels.reason }}",
        description: "A receiver does not take alerts. Others get this one.",
      },
      {
        name: "AlertmanagerUnreachable",
        expr: "prometheus_notifications_alertmanagers_discovered < 1 or increase(prometheus_notifications_errors_total[5m]) > 0",
        for: "1m",
        severity: "warn",
        summary: "{{ $labels.instance }} cannot reach Alertmanager",
        description: "Alerts fire, and nobody is told by this Prometheus.",
      },
      {
        name: "RuleFails",
        expr: "increase(prometheus_rule_evaluation_failures_total[5m]) > 0",
        severity: "warn",
        summary: "A rule of {{ $labels.rule_group }} cannot be evaluated",
        description: "The alert of that rule does not fire.",
      },
      {
        name: "FiguresLost",
        expr: "increase(prometheus_tsdb_wal_writes_failed_total[5m]) > 0 or increase(prometheus_tsdb_compactions_failed_total[1h]) > 0",
        severity: "warn",
        summary: "{{ $labels.instance }} cannot write its figures",
        description: "The disk of monitoring is full or broken. The site does not suffer from it.",
      },
      ...when(hasLogStore, {
        name: "LogStoreSilent",
        // Monitoring asks the site every few seconds, so that there are always lines.
        expr: [
          'max by (instance) (up{job="logs"}) == 0',
          '  or max by (instance) (increase(vl_rows_ingested_total{job="logs",type="syslog_udp"}[2m])) == 0',
        ].join("\n"),
        for: "1m",
        severity: "warn",
        summary: "{{ $labels.instance }} gets no lines",
        description: "Lines are on the engine alone meanwhile. The site does not suffer from it.",
      } satisfies Alert),
    ],
  };
}
