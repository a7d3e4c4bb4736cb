import type { Severity } from "../../../config/choices.ts";
import type { Watched } from "../../../topology/monitoringPlan.ts";

/** The stack as alerts see it. */
export interface Subject extends Watched {
  readonly scrapeSeconds: number;
}

/** An alert, as Prometheus evaluates it and people read it. docs/alerts.md says what to do about each. */
export interface Alert {
  readonly name: string;
  /** In PromQL of version 3.5. */
  readonly expr: string;
  /** The time for which it has to be true. Default: none. */
  readonly for?: string;
  /** The time for which it stays after it has ceased to be true. Default: none. */
  readonly keepFiringFor?: string;
  /** none: it tells nobody but the watchdog's service. */
  readonly severity: Severity | "none";
  /** One line, with templates of Prometheus. */
  readonly summary: string;
  /** What it means, without templates. */
  readonly description: string;
}

/** Alerts that are evaluated together. */
export interface AlertGroup {
  readonly name: string;
  /** Seconds between two evaluations. */
  readonly intervalSeconds: number;
  readonly alerts: readonly Alert[];
}

/** The items of a list under a condition. */
export function when<T>(condition: boolean, ...items: readonly T[]): readonly T[] {
  return condition ? items : [];
}
