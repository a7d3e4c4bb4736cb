import { shortHash } from "../../../releases/content.ts";
import type { MonitoringPlan } from "../../../topology/monitoringPlan.ts";
import { INHIBITIONS } from "../alertmanager/inhibitions.ts";
import { WATCHDOG } from "../alerts/monitoring.ts";
import { chartsOf, queriesOf } from "../queries.ts";
import type { BoardFacts } from "./facts.ts";

/**
 * What the page has to know of a stack.
 * @param pageVersion changes with the page's files
 */
export function boardFacts(plan: MonitoringPlan, pageVersion: string): BoardFacts {
  const queries = queriesOf(plan);
  const { project, stack, servers } = plan.shown;
  const facts = {
    project,
    stack,
    servers,
    hasBackups: plan.watched.backups !== undefined,
    queries,
    charts: chartsOf(queries),
    watchdog: WATCHDOG,
    inhibitions: INHIBITIONS,
  };
  return { version: shortHash([pageVersion, JSON.stringify(facts)]), ...facts };
}
