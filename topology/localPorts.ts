import type { Path } from "../config/problems.ts";
import type { PublishedPort } from "./instancePlan.ts";
import type { LogStorePlan } from "./logStore.ts";
import type { Topology } from "./plan.ts";
import { ALERTMANAGER_PORTS, BOARD_PORT, GRAFANA_PORT, LOG_STORE_PORTS, PROMETHEUS_PORT } from "./ports.ts";

/** A port of the host's that leads to a program of monitoring, or to the log store. */
export interface LocalPort extends Pick<PublishedPort, "address" | "port" | "target" | "protocol"> {
  readonly container: string;
  /** The setting of it. */
  readonly path: Path;
}

/** The address of a host for its own programs alone. */
const LOCAL = "127.0.0.1";

/** The setting of the board's port. */
export const BOARD_SETTING = "boardPort";

/** The ports that are published for the host alone, because the programs behind them ask for no password. */
export function localPorts(topology: Pick<Topology, "monitoring" | "logStore">): LocalPort[] {
  return [...monitoringPorts(topology), ...logStorePorts(topology.logStore)];
}

function monitoringPorts({ monitoring }: Pick<Topology, "monitoring">): LocalPort[] {
  const published = (
    key: string,
    plan: { readonly name: string; readonly port: number | undefined } | undefined,
    target: number,
  ): LocalPort[] =>
    plan?.port === undefined
      ? []
      : [
          {
            container: plan.name,
            path: ["monitoring", key],
            address: LOCAL,
            port: plan.port,
            target,
            protocol: "tcp",
          },
        ];
  return (monitoring?.watchers ?? []).flatMap(({ board, grafana, prometheus, alertmanager }) => [
    ...published(BOARD_SETTING, board, BOARD_PORT),
    ...published("grafanaPort", grafana, GRAFANA_PORT),
    ...published("prometheusPort", prometheus, PROMETHEUS_PORT),
    ...published("alertmanagerPort", alertmanager, ALERTMANAGER_PORTS.web),
  ]);
}

/** The ports of the log store. */
export function logStorePorts(logStore: LogStorePlan | undefined): LocalPort[] {
  if (logStore === undefined) return [];
  const { name: container, port } = logStore;
  const own = { container, path: ["logs", "store", "port"], address: LOCAL, port };
  return [
    { ...own, target: LOG_STORE_PORTS.web, protocol: "tcp" },
    { ...own, target: LOG_STORE_PORTS.syslog, protocol: "udp" },
  ];
}
