import type { AlertGroup, Subject } from "./alert.ts";
import { databaseAlerts } from "./databases.ts";
import { machineAlerts } from "./machines.ts";
import { monitoringAlerts } from "./monitoring.ts";
import { objectiveAlerts } from "./objective.ts";
import { safetyAlerts } from "./safety.ts";
import { serverAlerts } from "./servers.ts";
import { siteAlerts } from "./site.ts";

/** The alerts of a stack, symptoms first. Those that cannot fire there are left out. */
export function alertGroups(subject: Subject): AlertGroup[] {
  return [
    siteAlerts(),
    serverAlerts(subject),
    objectiveAlerts(subject),
    databaseAlerts(subject),
    machineAlerts(subject),
    safetyAlerts(subject),
    monitoringAlerts(subject),
  ].filter(({ alerts }) => alerts.length > 0);
}

/** Where an alert's runbook is. */
export function runbook(alert: string): string {
  return `docs/alerts.md#${alert.toLowerCase()}`;
}
