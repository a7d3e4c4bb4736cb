import type { BoardFacts } from "../facts.ts";
import type { Alert, Snapshot } from "./snapshot.ts";
import { duration, type Look } from "./text.ts";

/** A line of what is wrong. */
export interface Notice {
  readonly text: string;
  /** How long it has been so. */
  readonly since: string;
  readonly look: Look;
}

/** The severities of alerts, the worst first. Another one, as the watchdog's, is not shown. */
const LOOKS: Readonly<Record<string, Look>> = { page: "page", warn: "warn", info: "plain" };
const ORDER = Object.keys(LOOKS);

/** The alerts that fire, the worst first and of these the newest, without those that another one explains. */
export function noticesOf({ inhibitions }: BoardFacts, { alerts, at }: Snapshot): Notice[] {
  const severity = ({ labels }: Alert) => labels["severity"] ?? "";
  return alerts
    .filter((alert) => ORDER.includes(severity(alert)))
    .filter((alert) => !alerts.some((other) => inhibitions.some((one) => hides(one, other, alert))))
    .sort((one, other) => ORDER.indexOf(severity(one)) - ORDER.indexOf(severity(other)) || other.since - one.since)
    .map((alert) => ({
      text: alert.summary,
      since: duration(Math.max(1, Math.floor(at - alert.since))),
      look: LOOKS[severity(alert)] ?? "plain",
    }));
}

function hides(inhibition: BoardFacts["inhibitions"][number], source: Alert, target: Alert): boolean {
  return (
    source.name === inhibition.alert &&
    inhibition.hides.includes(target.name) &&
    inhibition.equal.every((label) => source.labels[label] === target.labels[label])
  );
}
