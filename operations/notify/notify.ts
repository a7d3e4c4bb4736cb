import { randomBytes } from "node:crypto";
import { type Notified, receiverConfigs } from "../../components/monitoring/alertmanager/receivers.ts";
import { logText } from "../../engine/streams.ts";
import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";
import { ALERTMANAGER_PORTS } from "../../topology/ports.ts";
import { hasProcesses, type ServiceContainer } from "../stack/find.ts";
import type { OpenStack } from "../stack/open.ts";
import { reasonOf, type Sent, sentBy } from "./counts.ts";

/** The receiver of the alert that always fires. */
export const WATCHDOG_RECEIVER = "watchdog";

export const API = `http://127.0.0.1:${ALERTMANAGER_PORTS.web}`;
export const AMTOOL = ["amtool", `--alertmanager.url=${API}`];

/** What has become of the notification by one receiver. */
export interface Outcome {
  readonly receiver: string;
  readonly arrived: boolean;
  /** Seconds until it was taken. undefined: it was not. */
  readonly seconds?: number;
  /** Why it did not arrive. */
  readonly reason?: string;
}

/** A receiver, with the requests that a notification by it takes. */
interface Asked {
  readonly name: string;
  readonly requests: number;
}

/** The receivers of a plan. */
export function receiversOf(plan: Notified): Asked[] {
  return receiverConfigs(plan).map(({ name }) => ({
    name,
    requests: name === "email" ? (plan.receivers.email?.to.length ?? 1) : 1,
  }));
}

/**
 * The Alertmanager of the first watcher that runs.
 * @throws Error if none does
 */
export async function runningAlertmanager(
  { containers }: Pick<OpenStack, "containers">,
  { watchers }: Pick<MonitoringPlan, "watchers">,
): Promise<{ readonly name: string; readonly found: ServiceContainer }> {
  for (const { alertmanager } of watchers) {
    const found = await containers.find(alertmanager.name).catch(() => undefined);
    if (found !== undefined && hasProcesses(found.state)) return { name: alertmanager.name, found };
  }
  const names = watchers.map(({ alertmanager }) => alertmanager.name);
  throw new Error(`${names.join(" and ")} does not run\n    cure:      npm run up`);
}

/** Time in which Alertmanager has tried again and again, and gives a notification up. */
const PATIENCE_SECONDS = 20;

/**
 * Hands Alertmanager an alert of the highest severity, which every receiver gets, and follows what becomes of it. The
 * alert is silenced afterwards, so that nobody is told that it is over.
 * @param wait lets time pass between two looks, in seconds
 */
export async function sendTest(
  stack: Pick<OpenStack, "containers">,
  plan: MonitoringPlan,
  wait: (seconds: number) => Promise<unknown>,
): Promise<Outcome[]> {
  const { name, found } = await runningAlertmanager(stack, plan);
  const run = (...command: string[]) => stack.containers.execute(name, command);
  const sent = async () => sentBy(await run("wget", "-q", "-O", "-", `${API}/metrics`));
  const asked = receiversOf(plan);
  const before = await sent();
  const id = randomBytes(4).toString("hex");
  const start = performance.now();
  const since = Math.floor(Date.now() / 1_000);
  await run(...AMTOOL, "alert", "add", "NotificationTest", "severity=page", `test=${id}`, ...annotations());
  const seconds = new Map<string, number>();
  const givenUp = new Set<string>();
  const isOpen = (one: Asked) => !seconds.has(one.name) && !givenUp.has(one.name);
  const passed = () => (performance.now() - start) / 1_000;
  while (asked.some(isOpen) && passed() < PATIENCE_SECONDS) {
    await wait(0.5);
    const now = await sent();
    for (const one of asked.filter(isOpen)) {
      const [first, last] = [before(one.name), now(one.name)];
      if (last.taken - first.taken >= one.requests) seconds.set(one.name, passed());
      else if (last.givenUp > first.givenUp) givenUp.add(one.name);
    }
  }
  await run(...AMTOOL, "silence", "add", `test=${id}`, "--duration=10m", "--author=notify", "--comment=a test");
  const log = await logSince(found, since);
  const outcomes = asked.map(({ name: receiver }) => outcomeOf(receiver, seconds.get(receiver), log));
  return [
    ...outcomes,
    ...(plan.watchdog === undefined ? [] : [watchdogOutcome((await sent())(WATCHDOG_RECEIVER), log)]),
  ];
}

function annotations(): string[] {
  const texts = {
    summary: "This is a test of the notifications",
    description: "Nothing is wrong. Somebody has run npm run notify -- test.",
    runbook: "docs/alerts.md",
  };
  return Object.entries(texts).map(([name, value]) => `--annotation=${name}=${JSON.stringify(value)}`);
}

function outcomeOf(receiver: string, seconds: number | undefined, log: string): Outcome {
  if (seconds !== undefined) return { receiver, arrived: true, seconds };
  return {
    receiver,
    arrived: false,
    reason: reasonOf(receiver, log) ?? `nothing was sent within ${PATIENCE_SECONDS} s`,
  };
}

/** The watchdog's service is called every minute in any case. */
function watchdogOutcome({ taken }: Sent, log: string): Outcome {
  const reason = reasonOf(WATCHDOG_RECEIVER, log);
  if (taken > 0 && reason === undefined) return { receiver: WATCHDOG_RECEIVER, arrived: true };
  return { receiver: WATCHDOG_RECEIVER, arrived: false, reason: reason ?? "it has not been called yet" };
}

async function logSince({ container }: ServiceContainer, since: number): Promise<string> {
  return logText(await container.logs({ follow: false, stdout: true, stderr: true, since }));
}
