import assert from "node:assert/strict";
import { parseConfig, rawSettings } from "../../config/config.ts";
import type { MonitoringPlan, WatcherPlan } from "../../topology/monitoringPlan.ts";
import { planTopology } from "../../topology/topology.ts";
import type { StackSettings } from "../examples.ts";

const server = (name: string, ...roles: string[]) => ({ name, roles });

/** A stack for which every alert can fire: a pair, a reserve, a group of three, a server with one role, backups, a log store. */
export const EVERYTHING: StackSettings = {
  "foobar:servers": [
    server("server1", "web", "app", "db"),
    server("server2", "web", "app", "db"),
    server("server3", "db"),
  ],
  "foobar:loadBalancer": { mode: "active-passive", replicas: 2 },
  "foobar:mysql": { replication: "group", backup: {} },
  "foobar:monitoring": { enabled: true },
  "foobar:logs": { store: {} },
};

/** The plan of monitoring for some settings, with its first watcher. */
export function monitored(settings: StackSettings): { readonly plan: MonitoringPlan; readonly watcher: WatcherPlan } {
  const { monitoring: plan } = planTopology(parseConfig("foobar", "dev", rawSettings(settings)));
  const watcher = plan?.watchers[0];
  assert.ok(plan !== undefined && watcher !== undefined);
  return { plan, watcher };
}

/** Monitoring with a receiver of every kind. */
export const EVERY_RECEIVER = {
  enabled: true,
  secrets: { smtp: "secret", url: "https://hooks.foobar.com/x", token: "123:secret" },
  watchdog: { urlSecret: "url" },
  receivers: {
    email: {
      smarthost: "mail.foobar.com:587",
      from: "alerts@foobar.com",
      to: ["operations@foobar.com", "on-call@foobar.com"],
      username: "alerts",
      passwordSecret: "smtp",
    },
    webhook: { urlSecret: "url", tokenSecret: "token" },
    slack: { urlSecret: "url", channel: "#operations", least: "warn" },
    ntfy: { topic: "foobar", tokenSecret: "token" },
    telegram: { tokenSecret: "token", chatId: "-1001234567890" },
    pagerduty: { routingKeySecret: "token", least: "page" },
  },
} as const;
