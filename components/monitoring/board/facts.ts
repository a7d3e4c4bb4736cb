import type { ShownServer } from "../../../topology/monitoringPlan.ts";
import type { Inhibition } from "../alertmanager/inhibitions.ts";
import type { Chart, Query } from "../queries.ts";

/** What the page of a board knows of its stack: board.json. */
export interface BoardFacts {
  /** Changes with the page and with these facts: an open page then loads itself again. */
  readonly version: string;
  readonly project: string;
  readonly stack: string;
  readonly servers: readonly ShownServer[];
  /** Whether full backups are taken. */
  readonly hasBackups: boolean;
  readonly queries: readonly Query[];
  readonly charts: readonly Chart[];
  /** The alert that always fires. */
  readonly watchdog: string;
  /** The alerts that are not shown while another one is. */
  readonly inhibitions: readonly Inhibition[];
}

/** The page's own files beside board.json, and where it reaches Prometheus. */
export const FACTS_FILE = "board.json";
export const API = "api/v1/";
