import { LOAD_BALANCERS } from "../config/choices.ts";
import { edgeAddress, fastInterval, hashes, publishedPorts, virtualAddresses } from "../config/loadBalancing.ts";
import { routeName, routes, routeTraffic } from "../config/routes.ts";
import type { Config, Settings } from "../config/schema.ts";
import { bitsOf } from "../config/subnets.ts";
import type { InstancePlan, PublishedPort } from "./instancePlan.ts";
import { attachments } from "./links.ts";
import type { BackendPlan, BalancePlan, HealthPlan, LoadBalancerPlan, VrrpPlan } from "./loadBalancerPlan.ts";
import type { WebPlan } from "./plan.ts";
import { SECURE_SITE_PORT, SITE_PORT, STATISTICS_PORT } from "./ports.ts";
import { planSite } from "./site.ts";
import { SIZES } from "./sizes.ts";
import { planVisitors } from "./visitors.ts";

/** The container's ports that the host's ports lead to. */
const TARGETS = { site: SITE_PORT, secureSite: SECURE_SITE_PORT, statistics: STATISTICS_PORT } as const;

export function planLoadBalancers(config: Config, web: readonly WebPlan[]): LoadBalancerPlan[] {
  const { edge } = config.networks;
  const { replicas } = config.loadBalancer;
  const peers = LOAD_BALANCERS.slice(0, replicas).map((name, index) => ({ name, address: edgeAddress(edge, index) }));
  const backends = planBackends(config, web);
  const site = planSite(config);
  return peers.map(({ name, address }, index) => ({
    name,
    host: name,
    pause: planPause(config, name, address),
    haproxy: {
      name: `haproxy-${name}`,
      host: name,
      image: config.images.haproxy,
      attachments: [],
      ...SIZES.haproxy,
    },
    published: planPublished(config.loadBalancer, index),
    site,
    certificateVolume: `${config.project}-${config.stack}-${name}-certificate`,
    vrrp: replicas > 1 ? planVrrp(config, index) : undefined,
    peers,
    balance: planBalance(config.loadBalancer),
    affinity: config.loadBalancer.affinity,
    health: planHealth(config.loadBalancer.health),
    backends,
    readinessPath: config.application.readinessPath,
    requestTimeoutSeconds: config.web.requestTimeoutSeconds,
    listenAddresses: [address, ...(replicas > 1 ? virtualAddresses(config.loadBalancer, edge) : [])],
    visitors: planVisitors(config),
  }));
}

function planPublished(settings: Settings["loadBalancer"], index: number): PublishedPort[] {
  return (publishedPorts(settings)[index] ?? []).flatMap((port): PublishedPort[] => {
    const target = TARGETS[port.serves];
    const tcp = { ...port, target, protocol: "tcp" } as const;
    return settings.tls.http3 && port.serves === "secureSite" ? [tcp, { ...tcp, protocol: "udp" }] : [tcp];
  });
}

function planPause(config: Config, name: string, address: string): InstancePlan {
  return {
    name,
    host: name,
    image: config.images.namespace,
    attachments: attachments(name, "edge", "web").map((attachment) =>
      attachment.network === "edge" ? { ...attachment, address } : attachment,
    ),
    ...SIZES.pause,
  };
}

/**
 * While it is healthy, the first load balancer has the first virtual address and the second load balancer the second.
 */
function planVrrp({ loadBalancer, networks: { edge } }: Config, index: number): VrrpPlan {
  return {
    address: edgeAddress(edge, index),
    peers: LOAD_BALANCERS.map((_, other) => edgeAddress(edge, other)).filter((_, other) => other !== index),
    prefix: bitsOf(edge),
    instances: virtualAddresses(loadBalancer, edge).map((virtualAddress, place) => ({
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
