import { SEVERITIES, type Severity } from "../../../config/choices.ts";
import type { MonitoringPlan } from "../../../topology/monitoringPlan.ts";
import { SECRETS_FOLDER } from "../../files.ts";
import { WATCHDOG } from "../alerts/monitoring.ts";
import { yaml } from "../prometheus/rules.ts";
import { INHIBITIONS, type Inhibition } from "./inhibitions.ts";
import { type Notified, receiverConfigs } from "./receivers.ts";

/** Alertmanager's folder of configuration in its container, and that of its data: silences, and what was sent. */
export const CONFIG_FOLDER = "/etc/alertmanager";
export const DATA_FOLDER = "/alertmanager";

/** Gets what nobody is told. */
const NOBODY = "nobody";
const OUTSIDE = "watchdog";

/**
 * alertmanager.yml. Each receiver gets the alerts from its least severity on; one that fails keeps no other from them.
 */
export function alertmanagerConfig(plan: Notified & Pick<MonitoringPlan, "watchdog">): string {
  const { watchdog } = plan;
  const configs = receiverConfigs(plan);
  return yaml({
    global: { resolve_timeout: "1m" },
    route: {
      receiver: NOBODY,
      group_by: ["alertname", "server"],
      group_wait: "1s",
      group_interval: "10s",
      repeat_interval: "4h",
      routes: [
        { matchers: [`alertname="${WATCHDOG}"`], receiver: watchdog === undefined ? NOBODY : OUTSIDE, ...OFTEN },
        ...configs.map(({ name, least }) => ({
          matchers: [`severity=~"${fromSeverity(least).join("|")}"`],
          receiver: name,
          continue: true,
          // A note can wait for others.
          ...(least === "info" ? { routes: [{ matchers: ['severity="info"'], group_wait: "30s" }] } : {}),
        })),
      ],
    },
    inhibit_rules: INHIBITIONS.map(inhibition),
    receivers: [
      { name: NOBODY },
      ...(watchdog === undefined
        ? []
        : [
            {
              name: OUTSIDE,
              webhook_configs: [
                { url_file: `${SECRETS_FOLDER}/${watchdog.urlSecret}`, send_resolved: false, timeout: "5s" },
              ],
            },
          ]),
      ...configs.map(({ name, config }) => ({ name, ...config })),
    ],
  });
}

/** The watchdog's service is called every minute: it complains when some calls are missing. */
const OFTEN = { group_by: ["alertname"], group_wait: "0s", group_interval: "10s", repeat_interval: "50s" };

function inhibition({ alert, hides, equal }: Inhibition) {
  return {
    source_matchers: [`alertname="${alert}"`],
    target_matchers: [`alertname=~"${hides.join("|")}"`],
    ...(equal.length === 0 ? {} : { equal }),
  };
}

/** The severities from the highest down to this one. */
export function fromSeverity(least: Severity): readonly Severity[] {
  return SEVERITIES.slice(0, SEVERITIES.indexOf(least) + 1);
}
