import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";
import { type OpenStack, openStack } from "../stack/open.ts";
import { alertsIn, NOT_SILENCED } from "../status/sources/alerts.ts";
import { AMTOOL, runningAlertmanager } from "./notify.ts";

/** The longest that an update silences warnings, even if it is killed. */
const MINUTES = 30;

/** Warnings and notes. */
const SILENCED = ["warn", "info"];

/**
 * Does work that replaces containers while nobody is told of warnings and notes: those of a release mean nothing. Pages
 * are never silenced. The work goes on where nobody can be asked to be silent.
 */
export async function whileSilenced<T>(stack: string, work: () => Promise<T>): Promise<T> {
  const id = await attempted(stack, beginSilence);
  try {
    return await work();
  } finally {
    // Another container may have taken over, with the silences of the one before.
    if (id !== undefined) await attempted(stack, (opened, monitoring) => endSilence(opened, monitoring, id));
  }
}

type Containers = Pick<OpenStack, "containers">;

/**
 * Silences warnings and notes; resolves to the silence. An alert that fires already is left out by its name: it may end
 * meanwhile, and Alertmanager forgets a silenced alert without a word.
 */
export async function beginSilence(opened: Containers, monitoring: MonitoringPlan): Promise<string> {
  const { name } = await runningAlertmanager(opened, monitoring);
  const firing = alertsIn(await opened.containers.execute(name, NOT_SILENCED)).filter(({ severity }) =>
    SILENCED.includes(severity),
  );
  const told = [...new Set(firing.map((alert) => alert.name))].sort();
  const id = await opened.containers.execute(name, [
    ...[...AMTOOL, "silence", "add", `severity=~"${SILENCED.join("|")}"`],
    ...(told.length === 0 ? [] : [`alertname!~"${told.join("|")}"`]),
    ...[`--duration=${MINUTES}m`, "--author=npm run up", "--comment=containers are replaced"],
  ]);
  return id.trim();
}

export async function endSilence(opened: Containers, monitoring: MonitoringPlan, id: string): Promise<void> {
  const { name } = await runningAlertmanager(opened, monitoring);
  await opened.containers.execute(name, [...AMTOOL, "silence", "expire", id]);
}

/** Asks the Alertmanager of a stack; undefined: nobody can be asked. */
async function attempted<T>(
  stack: string,
  ask: (opened: OpenStack, monitoring: MonitoringPlan) => Promise<T>,
): Promise<T | undefined> {
  try {
    const opened = await openStack(stack);
    const { monitoring } = opened.topology;
    return monitoring === undefined ? undefined : await ask(opened, monitoring);
  } catch {
    return undefined;
  }
}
