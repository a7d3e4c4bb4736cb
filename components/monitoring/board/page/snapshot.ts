import type { QueryName } from "../../queries.ts";

/** A value of a query, with the labels of its series. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An alert that fires, in words. */
export interface Alert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  /** When its condition became true, in seconds since 1970. */
  readonly since: number;
}

/** What Prometheus says at one time. */
export interface Snapshot {
  /** Prometheus's time, in seconds since 1970. */
  readonly at: number;
  /** A query that Prometheus refuses has no samples, like one without figures. */
  readonly samples: Readonly<Partial<Record<QueryName, readonly Sample[]>>>;
  readonly alerts: readonly Alert[];
}

/** The values of a series over time. */
export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  /** By the time in seconds since 1970. */
  readonly values: ReadonlyMap<number, number>;
}
