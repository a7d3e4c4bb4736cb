import { alertGroups } from "../../../components/monitoring/alerts/alerts.ts";
import type { Topology } from "../../../topology/plan.ts";

/** Promises to people, in seconds from the fault to the alert. A notification follows within a second. */
const PROMISED: Readonly<Record<string, number>> = { SiteDown: 14, ServerDown: 19 };

/** Scrapes, evaluations and the engine's own time, on a busy machine. */
const AROUND_SECONDS = 40;

/** The longest time in which each alert fires, in seconds. */
export function limitsOf({ monitoring }: Topology, names: readonly string[]): ReadonlyMap<string, number> {
  if (monitoring === undefined) return new Map();
  const { watched, scrapeSeconds } = monitoring;
  const alerts = alertGroups({ ...watched, scrapeSeconds }).flatMap((group) => group.alerts);
  return new Map(
    names.map((name) => {
      const own = alerts.find((alert) => alert.name === name);
      return [name, PROMISED[name] ?? secondsOf(own?.for) + AROUND_SECONDS];
    }),
  );
}

/** A duration as Prometheus spells it, such as 15s or 5m, in seconds. */
export function secondsOf(duration: string | undefined): number {
  const [, count = "0", unit = "s"] = /^(\d+)([smh])$/.exec(duration ?? "") ?? [];
  return Number(count) * ({ s: 1, m: 60, h: 3_600 }[unit] ?? 1);
}
