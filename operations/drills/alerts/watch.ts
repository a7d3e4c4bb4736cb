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
const alertmanagersAnswer = z.array(z.object({ labels, status: z.object({ state: z.string() }) }));
const prometheusAnswer = z.object({ data: z.object({ alerts: z.array(z.object({ labels, state: z.string() })) }) });

/** What fires now, by an Alertmanager that answers; where none does, by Prometheus. undefined: nobody answers. */
export async function firingNow({ containers, topology }: OpenStack): Promise<Firing[] | undefined> {
  const { monitoring } = topology;
  if (monitoring === undefined) return undefined;
  const asked = (name: string, address: string) => containers.execute(name, [...READ, address]);
  const atAlertmanager = async () => {
    const { name } = await runningAlertmanager({ containers }, monitoring);
    return inAlertmanager(await asked(name, `${API}/api/v2/alerts`));
  };
  const atPrometheus = async () => {
    const [watcher] = monitoring.watchers;
    const name = watcher?.prometheus.name ?? "";
    return inPrometheus(await asked(name, `http://${name}.monitor:${PROMETHEUS_PORT}/api/v1/alerts`));
  };
  return atAlertmanager()
    .catch(atPrometheus)
    .catch(() => undefined);
}

/** Reads Alertmanager's answer. */
export function inAlertmanager(text: string): Firing[] {
  return alertmanagersAnswer.parse(JSON.parse(text)).map(({ labels: { alertname, severity }, status }) => ({
    ...{ name: alertname, severity, isTold: status.state !== "suppressed" },
  }));
}

/** Reads Prometheus's answer. */
export function inPrometheus(text: string): Firing[] {
  return prometheusAnswer
    .parse(JSON.parse(text))
    .data.alerts.filter(({ state }) => state === "firing")
    .map(({ labels: { alertname, severity } }) => ({ name: alertname, severity, isTold: false }));
}
