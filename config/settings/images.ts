import { z } from "zod";
import { type About, image } from "../kinds.ts";

const of = (example: string, description: string) => image(example).meta({ description } satisfies About);

export const images = z
  .strictObject(
    {
      haproxy: of("haproxy:3.2.26", "The load balancer's image."),
      namespace: of(
        "haproxy:3.2.26",
        "The image of a load balancer's pause container, which owns its network namespace. It is separate from haproxy, so that a new HAProxy interrupts no connection. A pair's keepalived is built on it and needs Debian's packages.",
      ),
      nginx: of("nginx:1.30.6", "The web servers' image."),
      application: of("node:24.22.2-slim", "The application's image."),
      router: of("haproxy:3.2.26", "The database routers' image: HAProxy's."),
      mysql: of("mysql:9.7.4", "The databases' image."),
      agent: of("node:24.22.2-slim", "The image of the databases' agents and of the switchover controller: Node.js's."),
      prometheus: of(
        "prom/prometheus:v3.5.3",
        "Prometheus's image. Those of monitoring are needed with monitoring.enabled alone.",
      ),
      alertmanager: of("prom/alertmanager:v0.33.1", "Alertmanager's image."),
      blackboxExporter: of(
        "prom/blackbox-exporter:v0.28.0",
        "The image of the exporter that asks the site as a visitor does.",
      ),
      mysqlExporter: of("prom/mysqld-exporter:v0.19.0", "The image of the databases' exporter."),
      nginxExporter: of("nginx/nginx-prometheus-exporter:1.5.1", "The image of the web servers' exporter."),
      nodeExporter: of("prom/node-exporter:v1.11.1", "The image of the machines' exporter."),
      grafana: of("grafana/grafana:13.2.3", "The image of Grafana, which monitoring.grafana switches on."),
      victoriaLogs: of("victoriametrics/victoria-logs:v1.52.1", "The log store's image, which logs.store switches on."),
    },
    { error: "image names" },
  )
  .prefault({})
  .meta({ description: "The images. Each has to behave like the official image." } satisfies About);

/** The images that only a stack with monitoring needs. */
export const MONITORING_IMAGES = [
  "prometheus",
  "alertmanager",
  "blackboxExporter",
  "mysqlExporter",
  "nginxExporter",
  "nodeExporter",
  "grafana",
] as const satisfies readonly (keyof z.output<typeof images>)[];
