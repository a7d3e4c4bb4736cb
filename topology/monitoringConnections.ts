import type { Connection } from "./connection.ts";
import type { Topology } from "./plan.ts";
import {
  ALERTMANAGER_PORTS,
  EXPORTER_PORTS,
  LOG_STORE_PORTS,
  PROMETHEUS_PORT,
  SECURE_SITE_PORT,
  STATISTICS_PORT,
} from "./ports.ts";

/** The connections of monitoring: Prometheus asks, by itself and by exporters, and tells Alertmanager. */
export function monitoringConnections(topology: Topology): Connection[] {
  const { monitoring, loadBalancers, web, routers, cluster, logStore } = topology;
  if (monitoring === undefined) return [];
  const { watchers, nodeExporters } = monitoring;
  const from = (name: string, why: string, to: readonly { readonly name: string }[], ...ports: number[]) =>
    to.filter((one) => one.name !== name).map((one): Connection => ({ from: name, to: one.name, ports, why }));
  return watchers.flatMap(
    ({ prometheus, alertmanager, blackboxExporter, mysqlExporter, nginxExporter, board, grafana }) => [
      ...from(prometheus.name, "figures", [...loadBalancers, ...web, ...routers], STATISTICS_PORT),
      ...from(prometheus.name, "figures", nodeExporters, EXPORTER_PORTS.node),
      ...from(prometheus.name, "figures", logStore === undefined ? [] : [logStore], LOG_STORE_PORTS.web),
      ...from(prometheus.name, "probes", [blackboxExporter], EXPORTER_PORTS.blackbox),
      ...from(prometheus.name, "figures", [mysqlExporter], EXPORTER_PORTS.mysql),
      ...from(prometheus.name, "figures", [nginxExporter], EXPORTER_PORTS.nginx),
      ...from(
        prometheus.name,
        "figures of the other",
        watchers.map((one) => one.prometheus),
        PROMETHEUS_PORT,
      ),
      ...from(
        prometheus.name,
        "alerts and figures",
        watchers.map((one) => one.alertmanager),
        ALERTMANAGER_PORTS.web,
      ),
      ...from(
        alertmanager.name,
        "what was sent",
        watchers.map((one) => one.alertmanager),
        ALERTMANAGER_PORTS.cluster,
      ),
      ...from(blackboxExporter.name, "the site, and certificates", loadBalancers, SECURE_SITE_PORT),
      ...web.map(({ name: to, listeners }) => ({
        from: blackboxExporter.name,
        to,
        ports: listeners.slice(0, 1).map(({ port }) => port),
        why: "certificates",
      })),
      ...cluster.databases.flatMap(({ name: to, port }) => [
        { from: blackboxExporter.name, to, ports: [port], why: "certificates" },
        { from: mysqlExporter.name, to, ports: [port], why: "figures" },
      ]),
      ...from(nginxExporter.name, "figures", web, STATISTICS_PORT),
      ...[board, grafana].flatMap((one) =>
        one === undefined ? [] : from(one.name, "what it shows", [prometheus], PROMETHEUS_PORT),
      ),
    ],
  );
}
