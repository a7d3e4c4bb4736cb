import type * as pulumi from "@pulumi/pulumi";
import type { MonitoringPlan, WatcherPlan } from "../../../topology/monitoringPlan.ts";
import { PROMETHEUS_PORT } from "../../../topology/ports.ts";
import { configFiles, secretFiles } from "../../files.ts";
import { Service, type Waits } from "../../service.ts";
import { placement } from "../../tier.ts";
import type { MonitoringArgs } from "../args.ts";
import { dataOf, externalUrl, NOBODY, publishedAt, serves } from "../parts.ts";
import { STATISTICS_PASSWORD } from "../secrets.ts";
import { CONFIG_FOLDER, DATA_FOLDER } from "./folders.ts";
import { prometheusFiles } from "./prometheusConfig.ts";

/** A watcher's Prometheus. It locks its data, so a changed one starts when the old one has stopped. */
export function prometheus(
  plan: MonitoringPlan,
  watcher: WatcherPlan,
  args: MonitoringArgs,
  waits: Waits,
  parent: pulumi.Resource,
): Service {
  const own = watcher.prometheus;
  return new Service(
    own.name,
    {
      ...placement(args, own),
      user: NOBODY,
      command: prometheusOptions(plan, own),
      // It reads the password for each question.
      files: [
        configFiles(CONFIG_FOLDER, prometheusFiles(plan, watcher)),
        secretFiles({ [STATISTICS_PASSWORD]: args.statisticsPassword.value }),
      ],
      data: dataOf(own, DATA_FOLDER, args, parent),
      imageVolumes: [DATA_FOLDER],
      published: publishedAt(own, PROMETHEUS_PORT),
      healthcheck: serves(`http://${own.name}.monitor:${PROMETHEUS_PORT}/-/ready`),
      stopGrace: 30,
      ...waits,
    },
    { parent },
  );
}

/** The options of the program. */
export function prometheusOptions(
  { retentionDays, retentionMb }: Pick<MonitoringPlan, "retentionDays" | "retentionMb">,
  own: WatcherPlan["prometheus"],
): string[] {
  return [
    `--config.file=${CONFIG_FOLDER}/prometheus.yml`,
    `--storage.tsdb.path=${DATA_FOLDER}`,
    `--storage.tsdb.retention.time=${retentionDays}d`,
    `--storage.tsdb.retention.size=${retentionMb}MB`,
    // An alert ends soon after the Prometheus that has found it, so that the watchdog's service notices that.
    "--rules.alert.resend-delay=10s",
    // In networks that it watches nobody has to reach it. The engine leads a published port to any of its addresses.
    `--web.listen-address=${own.port === undefined ? `${own.name}.monitor` : ""}:${PROMETHEUS_PORT}`,
    ...externalUrl(own),
  ];
}
