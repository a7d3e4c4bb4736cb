import { z } from "zod";
import { PROMETHEUS_PORT } from "../../../topology/ports.ts";
import { API, runningAlertmanager } from "../../notify/notify.ts";
import type { OpenStack } from "../../stack/open.ts";

/** An alert that fires, told to people or not: another one may hide it. */
export interface Firing {
  readonly name: string;
  readonly severity: string;
  /** Whether people are told: no other alert hides it. */
  readonly isTold: boolean;
}

const READ = ["wget", "-q", "-O", "-"];
const labels = z.looseObject({ alertname: z.string(), severity: z.string().default("") });
const atAlertmanager = z.array(z.object({ labels, status: z.object({ state: z.string() }) }));
const atPrometheus = z.object({ data: z.object({ alerts: z.array(z.object({ labels, state: z.string() })) }) });

/** What fires now, by an Alertmanager that runs; where none does, by Prometheus. */
export async function firingNow({ containers, topology }: OpenStack): Promise<Firing[]> {
  const { monitoring } = topology;
  if (monitoring === undefined) return [];
  const running = await runningAlertmanager({ containers }, monitoring).catch(() => undefined);
  if (running !== undefined) {
    const text = await containers.execute(running.name, [...READ, `${API}/api/v2/alerts`]);
    return inAlertmanager(text);
  }
  const [watcher] = monitoring.watchers;
  if (watcher === undefined) return [];
  const { name } = watcher.prometheus;
  const address = `http://${name}.monitor:${PROMETHEUS_PORT}/api/v1/alerts`;
  return inPrometheus(await containers.execute(name, [...READ, address]));
}

/** Reads Alertmanager's answer. */
export function inAlertmanager(text: string): Firing[] {
  return atAlertmanager.parse(JSON.parse(text)).map(({ labels: { alertname, severity }, status }) => ({
    ...{ name: alertname, severity, isTold: status.state !== "suppressed" },
  }));
}

/** Reads Prometheus's answer. */
export function inPrometheus(text: string): Firing[] {
  return atPrometheus
    .parse(JSON.parse(text))
    .data.alerts.filter(({ state }) => state === "firing")
    .map(({ labels: { alertname, severity } }) => ({ name: alertname, severity, isTold: false }));
}
