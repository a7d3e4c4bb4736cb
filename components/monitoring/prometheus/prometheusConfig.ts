import type { MonitoringPlan, WatcherPlan } from "../../../topology/monitoringPlan.ts";
import { CONFIG_FOLDER } from "./folders.ts";
import { ruleFiles, yaml } from "./rules.ts";
import { scrapes } from "./scrapes.ts";

/** The files of Prometheus's configuration folder. */
export function prometheusFiles(plan: MonitoringPlan, watcher: WatcherPlan): Record<string, string> {
  return {
    "prometheus.yml": prometheusConfig(plan, watcher),
    ...ruleFiles({ ...plan.watched, scrapeSeconds: plan.scrapeSeconds }),
  };
}

/**
 * prometheus.yml. It has no external labels, so that Alertmanagers take the same alert of two watchers for one.
 */
export function prometheusConfig(plan: MonitoringPlan, watcher: WatcherPlan): string {
  const { scrapeSeconds, targets } = plan;
  return yaml({
    global: {
      scrape_interval: `${scrapeSeconds}s`,
      scrape_timeout: `${Math.min(3, scrapeSeconds)}s`,
      evaluation_interval: `${scrapeSeconds}s`,
    },
    rule_files: [`${CONFIG_FOLDER}/recordings.yml`, `${CONFIG_FOLDER}/alerts.yml`],
    alerting: {
      alertmanagers: [
        { timeout: "3s", static_configs: [{ targets: targets.alertmanagers.map(({ address }) => address) }] },
      ],
    },
    scrape_configs: scrapes(plan, watcher),
  });
}
