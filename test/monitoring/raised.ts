import { alertGroups, runbook } from "../../components/monitoring/alerts/alerts.ts";
import type { Raised } from "./stage.ts";
import { EVERYTHING, monitored } from "./subject.ts";

/** An alert of the stack as Prometheus hands it over, with these labels. */
export function raised(name: string, labels: Readonly<Record<string, string>> = {}): Raised {
  const { plan } = monitored(EVERYTHING);
  const alert = alertGroups({ ...plan.watched, scrapeSeconds: plan.scrapeSeconds })
    .flatMap(({ alerts }) => alerts)
    .find((one) => one.name === name);
  if (alert === undefined) throw new Error(`there is no alert ${name}`);
  const { severity, summary, description } = alert;
  return {
    labels: { alertname: name, severity, ...labels },
    annotations: {
      summary: summary.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? ""),
      description,
      runbook: runbook(name),
    },
  };
}
