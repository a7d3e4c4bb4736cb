import type { ApplicationPlan } from "./applicationPlan.ts";
import type { BackupPlan, ClusterPlan, RouterPlan } from "./databasePlan.ts";
import type { LoadBalancerPlan } from "./loadBalancerPlan.ts";
import type { LogStorePlan } from "./logStore.ts";
import type { MonitoringPlan, MonitoringTargets, Target } from "./monitoringPlan.ts";
import type { WebPlan } from "./plan.ts";
import {
  ALERTMANAGER_PORTS,
  EXPORTER_PORTS,
  LOG_STORE_PORTS,
  PROMETHEUS_PORT,
  SECURE_SITE_PORT,
  STATISTICS_PORT,
  WEB_STATUS,
} from "./ports.ts";

/** The parts of a plan that monitoring watches. */
export interface Parts {
  readonly loadBalancers: readonly LoadBalancerPlan[];
  readonly web: readonly WebPlan[];
  readonly applications: readonly ApplicationPlan[];
  readonly routers: readonly RouterPlan[];
  readonly cluster: ClusterPlan;
  readonly backups: BackupPlan | undefined;
  readonly logStore: LogStorePlan | undefined;
}

/** Plans what is asked for figures, and where. */
export function planTargets(
  { loadBalancers, web, routers, cluster, applications, logStore }: Parts,
  { watchers, nodeExporters }: Pick<MonitoringPlan, "watchers" | "nodeExporters">,
): MonitoringTargets {
  const databases = cluster.databases.toReversed();
  const isOne = nodeExporters.length === 1;
  return {
    loadBalancers: loadBalancers.map((plan) => ({
      address: `${watchedAddress(plan)}:${STATISTICS_PORT}`,
      labels: { instance: plan.name },
    })),
    virtualAddresses: holders(loadBalancers).map((address) => ({
      address: `${address}:${STATISTICS_PORT}`,
      labels: { instance: address },
    })),
    routers: routers.map(({ name, server }) => ({
      address: `${name}:${STATISTICS_PORT}`,
      labels: { instance: name, server },
    })),
    webServers: web.map(({ name, server, listenAddress }) => ({
      address: `http://${listenAddress}:${STATISTICS_PORT}${WEB_STATUS.status}`,
      labels: { instance: name, server },
    })),
    applications: web.flatMap(({ listenAddress, status }) =>
      (status?.applications ?? []).map(({ server }) => ({
        address: `${listenAddress}:${STATISTICS_PORT}`,
        path: WEB_STATUS.application + server,
        labels: { instance: applications.find((one) => one.server === server)?.name ?? server, server },
      })),
    ),
    databases: databases.map(({ name, member, port, server }) => ({
      address: `${member}:${port}`,
      labels: { instance: name, server },
    })),
    machines: nodeExporters.map(({ name, host }) => ({
      address: `${name}.monitor:${EXPORTER_PORTS.node}`,
      // The only machine has no name of its own.
      labels: { instance: isOne ? "machine" : host },
    })),
    prometheus: watchers.map(({ prometheus: { name } }) => ({
      address: `${name}.monitor:${PROMETHEUS_PORT}`,
      labels: { instance: name },
    })),
    alertmanagers: watchers.map(({ alertmanager: { name } }) => ({
      address: `${name}.monitor:${ALERTMANAGER_PORTS.web}`,
      labels: { instance: name },
    })),
    logStores:
      logStore === undefined
        ? []
        : [{ address: `${logStore.name}.monitor:${LOG_STORE_PORTS.web}`, labels: { instance: logStore.name } }],
    webCertificates: [
      ...loadBalancers.map((plan) => ({
        address: `${watchedAddress(plan)}:${SECURE_SITE_PORT}`,
        labels: { instance: plan.name },
      })),
      ...web.map(({ name, listenAddress, listeners }) => ({
        address: `${listenAddress}:${listeners[0]?.port}`,
        labels: { instance: name },
      })),
    ],
    databaseCertificates: databases.map(({ name, member, port }) => ({
      address: `${member}:${port}`,
      labels: { instance: name },
    })),
  };
}

/** Where watchers reach a load balancer. */
function watchedAddress({ watched, address }: LoadBalancerPlan): string {
  return watched?.address ?? address;
}

/** The addresses that move between a pair on one machine. Watchers do not reach those of a LAN. */
function holders(loadBalancers: readonly LoadBalancerPlan[]): string[] {
  const vrrp = loadBalancers[0]?.vrrp;
  return vrrp === undefined || vrrp.isOnHost ? [] : vrrp.instances.map(({ virtualAddress }) => virtualAddress);
}

/**
 * The ways to the site. Visitors come by the virtual addresses of a pair on one machine, which a watcher reaches, too;
 * elsewhere each load balancer is a way of theirs.
 */
export function planSiteTargets({ loadBalancers }: Parts, path: string): Target[] {
  const addresses = holders(loadBalancers);
  const url = (address: string) => `https://${address}:${SECURE_SITE_PORT}${path}`;
  return [
    ...addresses.map((address) => ({ address: url(address), labels: { way: "visitor", instance: address } })),
    ...loadBalancers.map((plan) => ({
      address: url(watchedAddress(plan)),
      labels: { way: addresses.length === 0 ? "visitor" : "load balancer", instance: plan.name },
    })),
  ];
}
