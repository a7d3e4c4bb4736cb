import type { AlertCases } from "./case.ts";
import { databaseCases } from "./databases.ts";
import { machineCases, safetyCases } from "./machines.ts";
import { monitoringCases } from "./monitoring.ts";
import { daysCases, objectiveCases } from "./objective.ts";
import { serverCases } from "./servers.ts";
import { siteCases } from "./site.ts";

/** The tests of all alerts by the names of their files. */
export const ALERT_CASES: Readonly<Record<string, AlertCases>> = {
  "site.test.yml": siteCases,
  "alerts.test.yml": {
    evaluated: "5s",
    cases: [...serverCases, ...databaseCases, ...machineCases, ...safetyCases, ...monitoringCases],
  },
  "objective.test.yml": objectiveCases,
  "days.test.yml": daysCases,
};
