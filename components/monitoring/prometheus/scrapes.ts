import type { MonitoringPlan, MonitoringTargets, Target, WatcherPlan } from "../../../topology/monitoringPlan.ts";
import { EXPORTER_PORTS } from "../../../topology/ports.ts";
import { SECRETS_FOLDER } from "../../files.ts";
import { HOLDER_PATH, STATISTICS_USER } from "../../loadBalancer/statisticsFrontend.ts";
import { SITE_SECONDS } from "../alerts/site.ts";
import type { ProbeModule } from "../blackboxConfig.ts";
import { STATES } from "../mysqlExporter.ts";
import { STATISTICS_PASSWORD } from "../secrets.ts";
import { CERTIFICATE, COUNTERS, DATABASE, LOAD_BALANCER, LOG_STORE, OWN, ROUTER, SITE, STATEMENTS } from "./series.ts";

/** What changes slowly is asked for less often. */
const SLOWLY = { scrape_interval: "15s" };
const EVERY_MINUTE = { scrape_interval: "1m", scrape_timeout: "5s" };

/** A job of Prometheus, in the words of its configuration. */
export interface Scrape {
  readonly job_name: string;
  readonly static_configs: readonly { readonly targets: readonly string[] }[];
  readonly [key: string]: unknown;
}

/** What a watcher's Prometheus asks. The exporters that ask others for it are its own. */
export function scrapes({ targets, scrapeSeconds }: MonitoringPlan, watcher: WatcherPlan): Scrape[] {
  const { blackboxExporter, mysqlExporter, nginxExporter, site } = watcher;
  const blackbox = exporter(blackboxExporter, EXPORTER_PORTS.blackbox);
  return [
    job("prometheus", targets.prometheus, { ...SLOWLY, metric_relabel_configs: [keep(OWN)] }),
    job("alertmanager", targets.alertmanagers, { ...SLOWLY, metric_relabel_configs: [keep(OWN)] }),
    job("logs", targets.logStores, { ...SLOWLY, metric_relabel_configs: [keep(LOG_STORE)] }),
    job("haproxy", targets.loadBalancers, {
      params: LOAD_BALANCER,
      basic_auth: { username: STATISTICS_USER, password_file: `${SECRETS_FOLDER}/${STATISTICS_PASSWORD}` },
    }),
    job("virtual-address", targets.virtualAddresses, { metrics_path: HOLDER_PATH }),
    job("router", targets.routers, { params: ROUTER }),
    nginxJob(exporter(nginxExporter, EXPORTER_PORTS.nginx), scrapeSeconds),
    applicationJob(targets.applications),
    ...mysqlJobs(exporter(mysqlExporter, EXPORTER_PORTS.mysql), targets.databases),
    job("machine", targets.machines, SLOWLY),
    probeJob("site", site, blackbox, "site", SITE, { scrape_interval: `${SITE_SECONDS}s`, scrape_timeout: "2s" }),
    probeJob("certificate", targets.webCertificates, blackbox, "tls", CERTIFICATE, EVERY_MINUTE),
    probeJob("database-certificate", targets.databaseCertificates, blackbox, "mysql", CERTIFICATE, EVERY_MINUTE),
  ].filter(({ static_configs }) => static_configs.length > 0);
}

function exporter({ name }: { readonly name: string }, port: number): string {
  return `${name}.monitor:${port}`;
}

function job(name: string, targets: readonly Target[], more: object = {}): Scrape {
  return {
    job_name: name,
    ...more,
    static_configs: targets.map(({ address, labels }) => ({ targets: [address], labels })),
  };
}

function keep(names: string) {
  return { source_labels: ["__name__"], action: "keep", regex: names };
}

/** Targets are asked by an exporter, whose parameter they are. */
function by(address: string) {
  return [
    { source_labels: ["__address__"], target_label: "__param_target" },
    { target_label: "__address__", replacement: address },
  ];
}

/** The exporter of the web servers takes 4 s where the machine of one is gone. */
const NGINX_SECONDS = 5;

/** One exporter asks all web servers, and names each by its URL, http://web-server1.web:8404/nginx-status. */
function nginxJob(address: string, scrapeSeconds: number): Scrape {
  const from = (regex: string, label: string) => ({ source_labels: ["addr"], regex, target_label: label });
  const seconds = Math.max(NGINX_SECONDS, scrapeSeconds);
  return job("nginx", [{ address, labels: {} }], {
    ...{ scrape_interval: `${seconds}s`, scrape_timeout: `${NGINX_SECONDS}s` },
    metric_relabel_configs: [
      keep("nginx_.*"),
      from("http://([^.]+)\\..*", "instance"),
      from("http://web-([^.]+)\\..*", "server"),
      { action: "labeldrop", regex: "addr" },
    ],
  });
}

function applicationJob(targets: MonitoringTargets["applications"]): Scrape {
  return job(
    "application",
    targets.map(({ address, labels, path }) => ({ address, labels: { __metrics_path__: path, ...labels } })),
  );
}

/** The counters are most of what MySQL says, and the work of saying it, and nobody needs them every few seconds. */
function mysqlJobs(address: string, targets: readonly Target[]): Scrape[] {
  const probe = (collectors: readonly string[]) => ({
    metrics_path: "/probe",
    params: { auth_module: ["client"], "collect[]": collectors },
    relabel_configs: by(address),
  });
  const counters = { source_labels: ["__name__", "command"], action: "keep" };
  return [
    job("mysql", targets, { ...probe(STATES), metric_relabel_configs: [keep(DATABASE)] }),
    job("mysql-counters", targets, {
      ...SLOWLY,
      ...probe(["global_status"]),
      metric_relabel_configs: [
        { ...counters, regex: `(${COUNTERS});|mysql_global_status_commands_total;(${STATEMENTS})` },
      ],
    }),
  ];
}

function probeJob(
  name: string,
  targets: readonly Target[],
  blackbox: string,
  module: ProbeModule,
  series: string,
  pace: object,
): Scrape {
  return job(name, targets, {
    ...pace,
    metrics_path: "/probe",
    params: { module: [module] },
    relabel_configs: by(blackbox),
    metric_relabel_configs: [keep(series)],
  });
}
