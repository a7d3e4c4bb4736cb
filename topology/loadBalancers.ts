import { LOAD_BALANCERS } from "../config/choices.ts";
import { areSeveral } from "../config/endpoints.ts";
import { lanAddresses } from "../config/hosts.ts";
import {
  edgeAddress,
  fastInterval,
  hashes,
  hostAddresses,
  publishedPorts,
  virtualAddresses,
} from "../config/loadBalancing.ts";
import { routeName, routes, routeTraffic } from "../config/routes.ts";
import type { Config, Settings } from "../config/schema.ts";
import { bitsOf } from "../config/subnets.ts";
import type { InstancePlan, PublishedPort } from "./instancePlan.ts";
import type { BackendPlan, BalancePlan, HealthPlan, LoadBalancerPlan, VrrpPlan } from "./loadBalancerPlan.ts";
import { edgeNetwork, fixedAddress } from "./networks.ts";
import type { WebPlan } from "./plan.ts";
import { HEALTH_PORT, SECURE_SITE_PORT, SITE_PORT, STATISTICS_PORT } from "./ports.ts";
import { planReadiness } from "./program.ts";
import { planSite } from "./site.ts";
import { SIZES } from "./sizes.ts";
import { planVisitors } from "./visitors.ts";
import { planWatchers, type Watcher } from "./watchers.ts";

/** The container's ports that the host's ports lead to. */
const TARGETS = {
  site: SITE_PORT,
  secureSite: SECURE_SITE_PORT,
  statistics: STATISTICS_PORT,
  health: HEALTH_PORT,
} as const;

export function planLoadBalancers(config: Config, web: readonly WebPlan[]): LoadBalancerPlan[] {
  const { edge, web: between } = config.networks;
  const { replicas } = config.loadBalancer;
  const isSeveral = areSeveral(config.hosts);
  const names = LOAD_BALANCERS.slice(0, replicas);
  const addresses = names.map((_, index) => edgeAddress(edge, index));
  const webAddresses = names.map((_, index) => (isSeveral ? fixedAddress(between, 2 + index) : undefined));
  const peers = names.map((name, index) => ({ name, address: webAddresses[index] ?? addresses[index] ?? "" }));
  const backends = planBackends(config, web);
  const watchers = planWatchers(config);
  const site = planSite(config);
  return names.map((name, index) => ({
    name,
    host: name,
    hostAddress: hostAddresses(config.loadBalancer, config.docker)[index],
    pause: planPause(config, name, addresses[index], webAddresses[index]),
    keepalived: planKeepalived(config, name),
    haproxy: {
      name: `haproxy-${name}`,
      host: name,
      image: config.images.haproxy,
      attachments: [],
      ...SIZES.haproxy,
    },
    published: planPublished(config, index),
    site,
    certificateVolume: `${config.project}-${config.stack}-${name}-certificate`,
    vrrp: planVrrp(config, index),
    peers,
    isSeveral,
    isApart: isSeveral && replicas > 1,
    balance: planBalance(config.loadBalancer),
    affinity: config.loadBalancer.affinity,
    health: planHealth(config.loadBalancer.health),
    backends,
    readiness: planReadiness(config),
    limits: planLimits(config.web),
    address: addresses[index] ?? "",
    listenAddresses: [
      addresses[index] ?? "",
      ...(replicas > 1 && !isSeveral ? virtualAddresses(config.loadBalancer, edge) : []),
    ],
    visitors: planVisitors(config, watchers),
    watched: planWatch(config, watchers, webAddresses[index] ?? addresses[index] ?? ""),
  }));
}

/** On one machine a pair also says at its moving addresses which of the two has them. */
function planWatch(
  { hosts, loadBalancer, networks }: Config,
  watchers: readonly Watcher[],
  address: string,
): LoadBalancerPlan["watched"] {
  if (watchers.length === 0) return undefined;
  const moving = loadBalancer.replicas > 1 && !areSeveral(hosts) ? virtualAddresses(loadBalancer, networks.edge) : [];
  return { address, addresses: [address, ...moving] };
}

function planLimits({
  requestTimeoutSeconds,
  idleSeconds,
  finishSeconds,
}: Settings["web"]): LoadBalancerPlan["limits"] {
  return { requestTimeoutSeconds, idleSeconds, finishSeconds };
}

function planPublished({ loadBalancer, docker }: Config, index: number): PublishedPort[] {
  return (publishedPorts(loadBalancer, docker)[index] ?? []).flatMap((port): PublishedPort[] => {
    const target = TARGETS[port.serves];
    const tcp = { ...port, target, protocol: "tcp" } as const;
    return loadBalancer.tls.http3 && port.serves === "secureSite" ? [tcp, { ...tcp, protocol: "udp" }] : [tcp];
  });
}

function planPause(config: Config, name: string, edge: string | undefined, web: string | undefined): InstancePlan {
  const fixed = (network: string, address: string | undefined) => ({
    network,
    alias: name,
    ...(address === undefined ? {} : { address }),
  });
  return {
    name,
    host: name,
    image: config.images.namespace,
    attachments: [fixed(edgeNetwork(config, name), edge), fixed("web", web)],
    ...SIZES.pause,
  };
}

/** keepalived shares virtual addresses of a LAN in the network of its host. */
function planKeepalived(config: Config, host: string): InstancePlan | undefined {
  const { replicas, pair } = config.loadBalancer;
  if (replicas === 1 || !areSeveral(config.hosts) || lanAddresses(pair) === undefined) return undefined;
  return { name: `keepalived-${host}`, host, image: config.images.namespace, attachments: [], ...SIZES.keepalived };
}

/**
 * While it is healthy, the first load balancer has the first virtual address and the second load balancer the second.
 */
function planVrrp({ loadBalancer, networks: { edge }, hosts, docker }: Config, index: number): VrrpPlan | undefined {
  const { replicas, pair, healthPort } = loadBalancer;
  if (replicas === 1) return undefined;
  const isSeveral = areSeveral(hosts);
  const moving = isSeveral ? lanAddresses(pair) : virtualAddresses(loadBalancer, edge);
  if (moving === undefined) return undefined;
  const addresses = isSeveral
    ? hostAddresses(loadBalancer, docker)
    : LOAD_BALANCERS.map((_, other) => edgeAddress(edge, other));
  const address = addresses[index] ?? "";
  return {
    address,
    peers: addresses.flatMap((other, place) => (other === undefined || place === index ? [] : [other])),
    prefix: isSeveral ? undefined : bitsOf(edge),
    interface: isSeveral ? (index === 0 ? loadBalancer.interface : pair?.interface) : undefined,
    isOnHost: isSeveral,
    healthPort: isSeveral ? healthPort : STATISTICS_PORT,
    instances: moving.map((virtualAddress, place) => ({
      routerId: 51 + place,
      virtualAddress,
      priority: place === index ? 150 : 100,
    })),
  };
}

function planBalance({ algorithm, hash }: Settings["loadBalancer"]): BalancePlan {
  if (!hashes(algorithm)) return { algorithm, hash: undefined };
  const { method = "consistent", depth, length, query } = hash ?? {};
  return {
    algorithm,
    hash: {
      method,
      uriOptions: [
        ...(length === undefined ? [] : [`len ${length}`]),
        ...(depth === undefined ? [] : [`depth ${depth}`]),
        ...(query ? ["whole"] : []),
      ],
    },
  };
}

function planHealth({ slowStartSeconds = 0, ...health }: Settings["loadBalancer"]["health"]): HealthPlan {
  return { ...health, fastIntervalMs: fastInterval(health.intervalMs), slowStartSeconds };
}

function planBackends({ servers, loadBalancer: { mode } }: Config, web: readonly WebPlan[]): BackendPlan[] {
  return routes(servers).flatMap((route, index) => {
    const server = web.find((plan) => plan.server === route.web.name);
    const listener = server?.listeners.find(({ upstream }) => upstream.server === route.application.name);
    if (server === undefined || listener === undefined) return [];
    const { weight = 1, maxConnections } = route.application;
    return {
      name: routeName(route),
      servers: [...new Set([route.web.name, route.application.name])],
      address: server.name,
      port: listener.port,
      weight,
      maxConnections,
      traffic: routeTraffic(route),
      backup: mode === "active-passive" && index > 0,
    };
  });
}
