import type { AlertCase } from "./case.ts";

const silentStore = (at: string) => ({
  ...{ alert: "LogStoreSilent", at, labels: { instance: "log-store" } },
  summary: "log-store gets no lines",
});

export const monitoringCases: readonly AlertCase[] = [
  {
    name: "monitoring works",
    every: "15s",
    series: { 'up{job="machine"}': "1x8" },
    quiet: [["NoNewFigures", "60s", "2m"]],
    firing: [{ alert: "Watchdog", at: "2m", summary: "Monitoring works" }],
  },
  {
    name: "a Prometheus that stores nothing any more, whatever the last figures were",
    every: "15s",
    series: { 'up{job="machine"}': "1x4", 'up{job="nginx",instance="x"}': "0x4" },
    quiet: [
      ["NoNewFigures", "75s"],
      ["Watchdog", "3m15s", "20m"],
    ],
    firing: ["2m", "10m"].map((at) => ({
      alert: "NoNewFigures",
      at,
      summary: "Prometheus stores no new figures",
    })),
  },
  {
    name: "an exporter that is away",
    every: "15s",
    series: { 'up{job="nginx",instance="x"}': "0x20", 'up{job="router",instance="y"}': "0x20" },
    quiet: [["TargetMissing", "30s"]],
    firing: [
      {
        alert: "TargetMissing",
        at: "90s",
        labels: { job: "nginx", instance: "x" },
        summary: "nginx x cannot be asked",
      },
    ],
  },
  {
    name: "notifications fail",
    every: "15s",
    series: {
      'alertmanager_notifications_failed_total{integration="email",receiver_name="email",reason="other"}': "0x2 3x20",
    },
    quiet: [["NotificationsFail", "15s"]],
    firing: [
      {
        alert: "NotificationsFail",
        at: "60s",
        labels: { integration: "email", receiver_name: "email", reason: "other" },
        summary: "Notifications by email fail: other",
      },
    ],
  },
  {
    name: "no Alertmanager",
    every: "15s",
    series: { 'prometheus_notifications_alertmanagers_discovered{instance="p"}': "0x20" },
    quiet: [["AlertmanagerUnreachable", "30s"]],
    firing: [
      {
        alert: "AlertmanagerUnreachable",
        at: "90s",
        labels: { instance: "p" },
        summary: "p cannot reach Alertmanager",
      },
    ],
  },
  {
    name: "a rule that fails",
    every: "15s",
    series: { 'prometheus_rule_evaluation_failures_total{rule_group="x"}': "0x2 2x20" },
    quiet: [["RuleFails", "15s"]],
    firing: [
      { alert: "RuleFails", at: "60s", labels: { rule_group: "x" }, summary: "A rule of x cannot be evaluated" },
    ],
  },
  {
    name: "a full disk of monitoring",
    every: "15s",
    series: { 'prometheus_tsdb_wal_writes_failed_total{instance="p"}': "0x2 2x20" },
    quiet: [["FiguresLost", "15s"]],
    firing: [{ alert: "FiguresLost", at: "60s", labels: { instance: "p" }, summary: "p cannot write its figures" }],
  },
  {
    name: "a log store that is away",
    every: "15s",
    series: { 'up{job="logs",instance="log-store"}': "1x4 0x20" },
    quiet: [
      ["LogStoreSilent", "60s", "2m"],
      ["TargetMissing", "4m"],
    ],
    firing: [silentStore("150s")],
  },
  {
    name: "a log store that gets no lines any more, and one that gets a few",
    every: "15s",
    series: {
      'up{job="logs",instance="log-store"}': "1x40",
      'vl_rows_ingested_total{job="logs",instance="log-store",type="syslog_udp"}': "0+9x8 72x32",
      'up{job="logs",instance="other"}': "1x40",
      'vl_rows_ingested_total{job="logs",instance="other",type="syslog_udp"}': "0+1x40",
      'vl_rows_ingested_total{job="logs",instance="other",type="jsonline"}': "0x40",
    },
    quiet: [["LogStoreSilent", "2m", "4m"]],
    firing: [silentStore("6m")],
  },
];
