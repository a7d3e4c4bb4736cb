import type { Topology } from "./plan.ts";
import { ALERTMANAGER_PORTS, BOARD_PORT, GRAFANA_PORT, PROMETHEUS_PORT } from "./ports.ts";

/** A port of the host's that leads to a program of monitoring. */
export interface MonitoringPort {
  readonly container: string;
  /** The setting of it, below `monitoring`. */
  readonly key: "boardPort" | "grafanaPort" | "prometheusPort" | "alertmanagerPort";
  readonly address: string;
  readonly port: number;
  readonly target: number;
  readonly protocol: "tcp";
}

/** The ports that monitoring publishes, for the host alone: its programs ask for no password. */
export function monitoringPorts({ monitoring }: Pick<Topology, "monitoring">): MonitoringPort[] {
  const published = (
    key: MonitoringPort["key"],
    plan: { readonly name: string; readonly port: number | undefined } | undefined,
    target: number,
  ): MonitoringPort[] =>
    plan?.port === undefined
      ? []
      : [{ container: plan.name, key, address: "127.0.0.1", port: plan.port, target, protocol: "tcp" }];
  return (monitoring?.watchers ?? []).flatMap(({ board, grafana, prometheus, alertmanager }) => [
    ...published("boardPort", board, BOARD_PORT),
    ...published("grafanaPort", grafana, GRAFANA_PORT),
    ...published("prometheusPort", prometheus, PROMETHEUS_PORT),
    ...published("alertmanagerPort", alertmanager, ALERTMANAGER_PORTS.web),
  ]);
}
