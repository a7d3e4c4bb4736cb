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
  /** Whether it was not tried yet, so that nothing is wrong so far. */
  readonly isPending?: boolean;
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
 * @throws Error if none does, or if it cannot be told, because no engine answers
 */
export async function runningAlertmanager(
  { containers }: Pick<OpenStack, "containers">,
  { watchers }: Pick<MonitoringPlan, "watchers">,
): Promise<{ readonly name: string; readonly found: ServiceContainer }> {
  const stopped: string[] = [];
  const silent: string[] = [];
  for (const { alertmanager } of watchers) {
    const { name, host } = alertmanager;
    try {
      const found = await containers.find(name);
      if (found !== undefined && hasProcesses(found.state)) return { name, found };
      stopped.push(name);
    } catch (error) {
      silent.push(`the engine of ${host} does not answer: ${error instanceof Error ? error.message : error}`);
    }
  }
  const away = stopped.length === 0 ? [] : [`${stopped.join(" and ")} does not run`];
  const cure = silent.length === 0 ? "npm run up" : "npm run status shows which engines answer; then npm run up";
  throw new Error(`${[...away, ...silent].join("; ")}\n    cure:      ${cure}`);
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
    ...(plan.watchdog === undefined ? [] : [await watchdogCalled({ sent, wait, log: () => logSince(found, since) })]),
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

/** The watchdog's service is called every minute. The first call comes with the first figures, after an `up`. */
const WATCHDOG_SECONDS = 75;

interface Calls {
  readonly sent: () => Promise<(receiver: string) => Sent>;
  readonly log: () => Promise<string>;
  readonly wait: (seconds: number) => Promise<unknown>;
}

/** Waits for the first call of the watchdog's service, as long as none has failed. */
async function watchdogCalled({ sent, log, wait }: Calls): Promise<Outcome> {
  for (let passed = 0; ; passed++) {
    const { taken } = (await sent())(WATCHDOG_RECEIVER);
    const reason = reasonOf(WATCHDOG_RECEIVER, await log());
    if (reason !== undefined) return { receiver: WATCHDOG_RECEIVER, arrived: false, reason };
    if (taken > 0) return { receiver: WATCHDOG_RECEIVER, arrived: true };
    if (passed >= WATCHDOG_SECONDS) {
      const text = `it is called every minute, and was not within ${WATCHDOG_SECONDS} s`;
      return { receiver: WATCHDOG_RECEIVER, arrived: false, isPending: true, reason: text };
    }
    await wait(1);
  }
}

async function logSince({ container }: ServiceContainer, since: number): Promise<string> {
  return logText(await container.logs({ follow: false, stdout: true, stderr: true, since }));
}
