import { z } from "zod";
import { SEVERITIES } from "../../../config/choices.ts";
import { API } from "../../notify/notify.ts";
import type { AlertFacts } from "../facts.ts";

const asking = (hidden: boolean) => [
  ...["wget", "-q", "-O", "-"],
  `${API}/api/v2/alerts?active=true&silenced=false&inhibited=${hidden}`,
];

/** Asks Alertmanager, in its container, for what it tells people now. */
export const ALERTS = asking(false);

/** The same, with the alerts that others hide. */
export const NOT_SILENCED = asking(true);

const alerts = z.array(
  z.object({
    labels: z.looseObject({ alertname: z.string(), severity: z.string().default("") }),
    annotations: z.looseObject({ summary: z.string().default(""), runbook: z.string().default("") }),
    startsAt: z.coerce.date(),
  }),
);

/** The alert that always fires, so that somebody notices when none can. */
const ALWAYS = "Watchdog";

/** Reads Alertmanager's answer: what fires, the worst first, and of these the oldest. */
export function alertsIn(text: string): AlertFacts[] {
  return alerts
    .parse(JSON.parse(text))
    .map(({ labels, annotations, startsAt }) => ({
      ...{ name: labels.alertname, severity: labels.severity },
      ...{ since: startsAt, summary: annotations.summary, runbook: annotations.runbook },
    }))
    .filter(({ name }) => name !== ALWAYS)
    .sort((one, other) => rank(one) - rank(other) || one.since.getTime() - other.since.getTime());
}

function rank({ severity }: AlertFacts): number {
  const worstFirst: readonly string[] = SEVERITIES;
  const place = worstFirst.indexOf(severity);
  return place === -1 ? worstFirst.length : place;
}
