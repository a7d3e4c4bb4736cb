import * as pulumi from "@pulumi/pulumi";
import type { InstancePlan } from "../../topology/instancePlan.ts";
import type { MonitoringPlan, WatcherPlan } from "../../topology/monitoringPlan.ts";
import { EXPORTER_PORTS } from "../../topology/ports.ts";
import { fingerprints } from "../certificates.ts";
import { configFiles, SECRETS_FOLDER, secretFiles } from "../files.ts";
import { figuresOn } from "../mysqlCluster/nodeParts.ts";
import { Service, type ServiceArgs, type Waits } from "../service.ts";
import { placement } from "../tier.ts";
import { trustSecrets } from "../tlsFiles.ts";
import { alertmanager } from "./alertmanager/alertmanager.ts";
import type { MonitoringArgs } from "./args.ts";
import { BLACKBOX_FOLDER, blackboxConfig } from "./blackboxConfig.ts";
import { board, boardPage } from "./board/board.ts";
import { grafana } from "./grafana/grafana.ts";
import { COLLECTORS, mysqlOptions } from "./mysqlExporter.ts";
import { FIGURES_FOLDER, MACHINE_FOLDER, machineOptions } from "./nodeExporter.ts";
import { NOBODY, serves } from "./parts.ts";
import { prometheus } from "./prometheus/prometheus.ts";
import { MYSQL_OPTIONS } from "./secrets.ts";

/**
 * Prometheus, Alertmanager, exporters and the board. They come last: nothing that serves waits for them, and a change of what is
 * watched has happened before alerts know of it.
 */
export class Monitoring extends pulumi.ComponentResource {
  readonly services: readonly Service[];

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:Monitoring", name, {}, opts);
    const { plan } = args;
    const services: Service[] = [];
    if (plan !== undefined) {
      const page = plan.watchers.some(({ board }) => board !== undefined) ? boardPage() : undefined;
      services.push(...plan.nodeExporters.map((one) => this.#nodeExporter(one, args)));
      args.roll(plan.watchers, { releasedFirst: args.after }, (watcher, waits) => {
        const exporters = this.#exporters(plan, watcher, args, waits);
        const told = alertmanager(plan, watcher, args, waits, this);
        const asking = prometheus(plan, watcher, args, waits, this);
        services.push(...exporters, told, asking);
        if (watcher.board !== undefined && page !== undefined) {
          services.push(board(watcher.board, page, plan, watcher, args, waits, this));
        }
        if (watcher.grafana !== undefined) services.push(grafana(watcher.grafana, plan, watcher, args, waits, this));
        return asking;
      });
    }
    this.services = services;
    this.registerOutputs({});
  }

  #exporters(plan: MonitoringPlan, watcher: WatcherPlan, args: MonitoringArgs, waits: Waits): Service[] {
    const { blackboxExporter, mysqlExporter, nginxExporter } = watcher;
    const create = (
      one: InstancePlan,
      more: Omit<ServiceArgs, "identity" | "host" | "plan" | "networks" | "stopGrace">,
    ) => new Service(one.name, { ...placement(args, one), stopGrace: 5, ...more, ...waits }, { parent: this });
    const at = (one: InstancePlan, port: number) => `--web.listen-address=${one.name}.monitor:${port}`;
    return [
      create(blackboxExporter, {
        user: NOBODY,
        command: [`--config.file=${BLACKBOX_FOLDER}/config.yml`, at(blackboxExporter, EXPORTER_PORTS.blackbox)],
        files: [configFiles(BLACKBOX_FOLDER, { "config.yml": blackboxConfig(plan.probe) })],
        healthcheck: serves(`http://${blackboxExporter.name}.monitor:${EXPORTER_PORTS.blackbox}/-/healthy`),
      }),
      create(mysqlExporter, {
        user: NOBODY,
        command: [
          `--config.my-cnf=${SECRETS_FOLDER}/${MYSQL_OPTIONS}`,
          at(mysqlExporter, EXPORTER_PORTS.mysql),
          ...COLLECTORS,
        ],
        // It reads its files when it starts.
        environment: {
          PASSWORD_VERSION: args.databasePassword.version,
          AUTHORITY_SHA256: fingerprints(args.authority.trusted),
        },
        files: [
          secretFiles({
            [MYSQL_OPTIONS]: args.databasePassword.value.apply(mysqlOptions),
            ...trustSecrets(args.authority),
          }),
        ],
        // Its figures are those of databases, which it would have to ask.
        healthcheck: serves(`http://${mysqlExporter.name}.monitor:${EXPORTER_PORTS.mysql}/`),
      }),
      create(nginxExporter, {
        // The image has nothing but the program, so that nothing in it can ask for its health. Prometheus does.
        user: "1001:1001",
        command: [
          ...plan.targets.webServers.map(({ address }) => `--nginx.scrape-uri=${address}`),
          at(nginxExporter, EXPORTER_PORTS.nginx),
        ],
        files: [],
        // It answers when it knows of all web servers, and has no time limit for one of them. One whose machine is gone
        // would take 10 s for its name, 2 minutes to connect and 15 minutes on a connection that was open: these limits
        // make it 1 s, 3 s and 1.4 s.
        dnsOptions: ["timeout:1", "attempts:1"],
        sysctls: { "net.ipv4.tcp_syn_retries": "1", "net.ipv4.tcp_retries2": "2" },
      }),
    ];
  }

  #nodeExporter(plan: MonitoringPlan["nodeExporters"][number], args: MonitoringArgs): Service {
    const backups = plan.hasBackups ? args.backupFigures : undefined;
    const agents = figuresOn(args.agentFigures, plan.host, args);
    const figures = [
      ...(backups === undefined ? [] : [{ ...backups, path: `${FIGURES_FOLDER}/backups`, readOnly: true }]),
      ...(agents === undefined ? [] : [{ volume: agents, path: `${FIGURES_FOLDER}/agents`, readOnly: true }]),
    ];
    return new Service(
      plan.name,
      {
        ...placement(args, plan),
        user: NOBODY,
        command: machineOptions(`${plan.name}.monitor`, figures.length > 0),
        files: [],
        machineRoot: MACHINE_FOLDER,
        ...(figures.length === 0 ? {} : { storage: figures }),
        healthcheck: serves(`http://${plan.name}.monitor:${EXPORTER_PORTS.node}/`),
        stopGrace: 5,
      },
      { parent: this },
    );
  }
}
