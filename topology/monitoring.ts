import { applicationKind } from "../config/applicationKind.ts";
import { areSeveral, isSameEndpoint } from "../config/endpoints.ts";
import type { Config } from "../config/schema.ts";
import { addressIn } from "../config/subnets.ts";
import type { Attachment, InstancePlan } from "./instancePlan.ts";
import { attachments } from "./links.ts";
import type { MonitoringPlan, NodeExporterPlan, WatcherPlan } from "./monitoringPlan.ts";
import { type Parts, planSiteTargets, planTargets } from "./monitoringTargets.ts";
import { fixedAddress } from "./networks.ts";
import { ALERTMANAGER_PORTS } from "./ports.ts";
import { planShown } from "./shown.ts";
import { SIZES } from "./sizes.ts";
import { planWatched } from "./watched.ts";
import { planWatchers, type Watcher } from "./watchers.ts";

/** Plans what watches the stack. undefined: nothing does. */
export function planMonitoring(config: Config, parts: Parts): MonitoringPlan | undefined {
  const { monitoring } = config;
  const places = planWatchers(config);
  if (places.length === 0) return undefined;
  const nodeExporters = monitoring.machines ? planNodeExporters(config, parts) : [];
  const watchers = places.map((place, index) => planWatcher(config, parts, places, { place, index }));
  const { scrapeSeconds, retentionDays, retentionMb, receivers, watchdog, secrets } = monitoring;
  return {
    stack: `${config.project} ${config.stack}`,
    watchers,
    nodeExporters,
    targets: planTargets(parts, { watchers, nodeExporters }),
    probe: { host: probedHost(config.names) },
    watched: planWatched(config, parts, { watchers: watchers.length, machines: nodeExporters.length }),
    shown: planShown(config, parts),
    scrapeSeconds,
    retentionDays,
    retentionMb,
    receivers,
    watchdog,
    secrets,
  };
}

/** A wildcard's host is any below it. */
function probedHost([first]: Config["names"]): string | undefined {
  return first?.toLowerCase().replace(/^\*/, "www");
}

/** The path that is asked for as a visitor would. */
export function probePath({ monitoring, application, images }: Config): string {
  return monitoring.probePath ?? (applicationKind(application, images) === "sample" ? "/api/messages" : "/");
}

interface Placed {
  readonly place: Watcher;
  readonly index: number;
}

function planWatcher(config: Config, parts: Parts, places: readonly Watcher[], { place, index }: Placed): WatcherPlan {
  const { project, stack, images, monitoring } = config;
  const { host, network, address, probeAddress } = place;
  const instance = (kind: string, image: string, joined: readonly Attachment[], size: keyof typeof SIZES) => ({
    name: `${kind}-${host}`,
    host,
    image,
    attachments: joined,
    ...knownHosts(parts),
    ...(SIZES[size] as Omit<InstancePlan, "name" | "host" | "image" | "attachments">),
  });
  const own = (kind: string) => monitorAttachment(`${kind}-${host}`);
  const fixed = (name: string, at: string): Attachment => ({ network, alias: name, address: at });
  const others = (kind: string, ...names: string[]) =>
    attachments(`${kind}-${host}`, ...names.filter((one) => one !== network));
  const volume = (kind: string) => [project, stack, kind, host].join("-");
  const addresses = places.map((_, at) => alertmanagerAddress(config, at));
  const ownAddress = addresses[index] ?? "";
  return {
    host,
    prometheus: {
      ...instance(
        "prometheus",
        images.prometheus,
        [own("prometheus"), fixed(`prometheus-${host}`, address), ...others("prometheus", "web", "data")],
        "prometheus",
      ),
      volume: volume("prometheus"),
      port: monitoring.prometheusPort,
    },
    alertmanager: {
      ...instance(
        "alertmanager",
        images.alertmanager,
        [{ ...own("alertmanager"), address: ownAddress }],
        "alertmanager",
      ),
      volume: volume("alertmanager"),
      port: monitoring.alertmanagerPort,
      cluster:
        places.length === 1
          ? undefined
          : {
              address: `${ownAddress}:${ALERTMANAGER_PORTS.cluster}`,
              peers: addresses.filter((one) => one !== ownAddress).map((one) => `${one}:${ALERTMANAGER_PORTS.cluster}`),
            },
    },
    blackboxExporter: instance(
      "blackbox-exporter",
      images.blackboxExporter,
      [
        own("blackbox-exporter"),
        fixed(`blackbox-exporter-${host}`, probeAddress),
        ...others("blackbox-exporter", "web", "replication"),
      ],
      "exporter",
    ),
    mysqlExporter: instance(
      "mysql-exporter",
      images.mysqlExporter,
      [own("mysql-exporter"), ...attachments(`mysql-exporter-${host}`, "replication")],
      "exporter",
    ),
    nginxExporter: instance(
      "nginx-exporter",
      images.nginxExporter,
      [own("nginx-exporter"), ...attachments(`nginx-exporter-${host}`, "web")],
      "exporter",
    ),
    board: monitoring.board
      ? { ...instance("board", images.nginx, [own("board")], "board"), port: monitoring.boardPort }
      : undefined,
    site: planSiteTargets(parts, probePath(config)),
  };
}

/** A container of monitoring listens in that network alone, by a name of its own. */
function monitorAttachment(name: string): Attachment {
  return { network: "monitor", alias: name, listensAs: `${name}.monitor` };
}

/** While a machine is away, nobody knows the names of its databases. */
function knownHosts({ cluster }: Parts): Pick<InstancePlan, "knownHosts"> {
  const known = cluster.databases[0]?.knownHosts;
  return known === undefined ? {} : { knownHosts: known };
}

/** Alertmanagers know each other by their addresses; the rules for the machine let these out. */
function alertmanagerAddress(config: Config, index: number): string {
  const { monitor } = config.networks;
  return areSeveral(config.hosts) ? fixedAddress(monitor, 2 + index) : addressIn(monitor, -2);
}

function planNodeExporters({ hosts, images }: Config, { backups }: Parts): NodeExporterPlan[] {
  const first = hosts.filter(
    ({ endpoint }, index) => hosts.findIndex((other) => isSameEndpoint(other.endpoint, endpoint)) === index,
  );
  const backupHost = hosts.find(({ name }) => name === backups?.host);
  return first.map(({ name: host, endpoint }) => {
    const name = `node-exporter-${host}`;
    return {
      name,
      host,
      image: images.nodeExporter,
      attachments: [monitorAttachment(name)],
      ...SIZES.exporter,
      hasBackups: backupHost !== undefined && isSameEndpoint(backupHost.endpoint, endpoint),
    };
  });
}
