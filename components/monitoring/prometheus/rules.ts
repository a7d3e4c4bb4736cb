import { stringify } from "yaml";
import type { Alert, Subject } from "../alerts/alert.ts";
import { alertGroups, runbook } from "../alerts/alerts.ts";
import { recordings } from "./recordings.ts";

/** The files of Prometheus's rules by name. */
export function ruleFiles(subject: Subject): Record<string, string> {
  return {
    "recordings.yml": yaml({ groups: recordings(subject) }),
    "alerts.yml": yaml({
      groups: alertGroups(subject).map(({ name, intervalSeconds, alerts }) => ({
        name,
        interval: `${intervalSeconds}s`,
        rules: alerts.map(alertRule),
      })),
    }),
  };
}

function alertRule({ name, expr, for: time, keepFiringFor, severity, summary, description }: Alert) {
  return {
    alert: name,
    expr,
    ...(time === undefined ? {} : { for: time }),
    ...(keepFiringFor === undefined ? {} : { keep_firing_for: keepFiringFor }),
    labels: { severity },
    annotations: { summary, description, runbook: runbook(name) },
  };
}

/** Long lines stay whole. */
export function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
