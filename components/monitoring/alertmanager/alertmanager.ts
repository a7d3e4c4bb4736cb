import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MonitoringPlan, WatcherPlan } from "../../../topology/monitoringPlan.ts";
import { ALERTMANAGER_PORTS } from "../../../topology/ports.ts";
import { configFiles, secretFiles } from "../../files.ts";
import { IS_CERTIFICATE, pemBlocks, pemText } from "../../pem.ts";
import { Service, type Waits } from "../../service.ts";
import { placement } from "../../tier.ts";
import type { MonitoringArgs } from "../args.ts";
import { dataOf, externalUrl, NOBODY, publishedAt, serves } from "../parts.ts";
import { alertmanagerConfig, CONFIG_FOLDER, DATA_FOLDER } from "./alertmanagerConfig.ts";
import { MAIL_AUTHORITY_FILE, type Notified, secretTexts } from "./receivers.ts";

/** A watcher's Alertmanager. It reads secrets when it sends, so that another one replaces nothing. */
export function alertmanager(
  plan: MonitoringPlan,
  watcher: WatcherPlan,
  args: MonitoringArgs,
  waits: Waits,
  parent: pulumi.Resource,
): Service {
  const own = watcher.alertmanager;
  const secrets = Object.fromEntries(
    Object.entries(secretTexts(plan)).map(([name, text]) => [name, pulumi.secret(text)]),
  );
  return new Service(
    own.name,
    {
      ...placement(args, own),
      user: NOBODY,
      command: alertmanagerOptions(own),
      files: [
        configFiles(CONFIG_FOLDER, alertmanagerFiles(plan)),
        ...(Object.keys(secrets).length === 0 ? [] : [secretFiles(secrets)]),
      ],
      data: dataOf(own, DATA_FOLDER, args, parent),
      imageVolumes: [DATA_FOLDER],
      published: publishedAt(own, ALERTMANAGER_PORTS.web),
      healthcheck: serves(`http://127.0.0.1:${ALERTMANAGER_PORTS.web}/-/ready`),
      stopGrace: 10,
      ...waits,
    },
    { parent },
  );
}

/** The options of the program. */
export function alertmanagerOptions(own: WatcherPlan["alertmanager"]): string[] {
  return [
    `--config.file=${CONFIG_FOLDER}/alertmanager.yml`,
    `--storage.path=${DATA_FOLDER}`,
    // It writes down this often what it has told. Without that it would not say, after a loss, that an alert is over.
    "--data.maintenance-interval=10s",
    // Its own figures tell the receivers apart.
    "--enable-feature=receiver-name-in-metrics",
    ...clusterOptions(own.cluster),
    ...externalUrl(own),
  ];
}

/** The files of Alertmanager's configuration folder. */
export function alertmanagerFiles(plan: Notified & Pick<MonitoringPlan, "watchdog">): Record<string, string> {
  const ca = plan.receivers.email?.ca;
  return {
    "alertmanager.yml": alertmanagerConfig(plan),
    ...(ca === undefined
      ? {}
      : { [posix.basename(MAIL_AUTHORITY_FILE)]: pemBlocks(pemText(ca), IS_CERTIFICATE).join("") }),
  };
}

/** Two Alertmanagers agree on what was sent. The second waits for the first one's word no longer than this. */
const PEER_SECONDS = 5;

function clusterOptions(cluster: WatcherPlan["alertmanager"]["cluster"]): string[] {
  // An empty address: without others it would wait for them.
  if (cluster === undefined) return ["--cluster.listen-address="];
  return [
    `--cluster.listen-address=0.0.0.0:${ALERTMANAGER_PORTS.cluster}`,
    `--cluster.advertise-address=${cluster.address}`,
    ...cluster.peers.map((peer) => `--cluster.peer=${peer}`),
    `--cluster.peer-timeout=${PEER_SECONDS}s`,
  ];
}
