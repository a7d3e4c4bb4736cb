import { applicationKind } from "../config/applicationKind.ts";
import { areSeveral, isSameEndpoint } from "../config/endpoints.ts";
import type { Config } from "../config/schema.ts";
import { watcherAddresses } from "../config/watchers.ts";
import { fixedAddress } from "./networks.ts";

/** Where a Prometheus is, and the addresses by which load balancers know it. Others of the plan depend on it. */
export interface Watcher {
  readonly host: string;
  /** The network in which it reaches the load balancers: their edge network, or that between the machines. */
  readonly network: "edge" | "web";
  /** Prometheus's address there. */
  readonly address: string;
  /** The address there from which the site is asked as visitors do it. */
  readonly probeAddress: string;
}

/** The places of watchers in networks between machines, behind those of two load balancers. */
const FIRST_PLACE = 4;

/**
 * One watcher; on several machines one on each of two, so that each notices the other's loss. Where possible they are
 * the load balancers' machines. None: monitoring is off.
 */
export function planWatchers(config: Config): Watcher[] {
  const { hosts, networks, monitoring } = config;
  const [first] = hosts;
  if (!monitoring.enabled || first === undefined) return [];
  if (!areSeveral(hosts)) {
    const { prometheus, blackbox } = watcherAddresses(networks.edge);
    return [{ host: first.name, network: "edge", address: prometheus, probeAddress: blackbox }];
  }
  const second = hosts.find(({ endpoint }) => !isSameEndpoint(endpoint, first.endpoint));
  return [first, ...(second === undefined ? [] : [second])].map(({ name }, index) => ({
    host: name,
    network: "web",
    address: fixedAddress(networks.web, FIRST_PLACE + 2 * index),
    probeAddress: fixedAddress(networks.web, FIRST_PLACE + 2 * index + 1),
  }));
}

/** The path of the application's own figures. undefined: it has none, or nobody asks. */
export function metricsPath({ application, images, monitoring }: Config): string | undefined {
  if (!monitoring.enabled) return undefined;
  if (monitoring.applicationMetrics !== undefined) return monitoring.applicationMetrics;
  return applicationKind(application, images) === "sample" ? "/metrics" : undefined;
}
