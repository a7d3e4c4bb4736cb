import { LOAD_BALANCERS, type Settings } from "../config/schema.ts";
import { addressIn, bitsOf } from "../config/subnets.ts";
import type { Config } from "../config.ts";
import type {
  BackendPlan,
  BalancePlan,
  HealthPlan,
  InstancePlan,
  LoadBalancerPlan,
  PublishedPort,
  VrrpPlan,
  WebPlan,
} from "../topology.ts";
import { SITE_PORT, STATISTICS_PORT } from "./ports.ts";
import { attachments } from "./servers.ts";
import { wayName, ways, wayTraffic } from "./ways.ts";

/** Algorithms whose choice is fixed by a table that is not changed while HAProxy runs: no server can start slowly. */
export function isStatic({ algorithm, hash }: Pick<Settings["loadBalancer"], "algorithm" | "hash">): boolean {
  return algorithm === "static-rr" || (hashes(algorithm) && hash?.method === "map-based");
}

export function hashes(algorithm: Settings["loadBalancer"]["algorithm"]): boolean {
  return algorithm === "source" || algorithm === "uri";
}

/** Ports of the host that each load balancer publishes; the second has the next ones where nothing else is said. */
export function publishedPorts(settings: Settings["loadBalancer"]): PublishedPort[][] {
  const { address, port, statsPort, pair, replicas } = settings;
  const published = (site: number, statistics: number | undefined): PublishedPort[] => [
    { address, port: site, target: SITE_PORT, serves: "site" },
    ...(statistics === undefined
      ? []
      : [{ address: "127.0.0.1", port: statistics, target: STATISTICS_PORT, serves: "statistics" } as const]),
  ];
  const second = published(
    pair?.port ?? nextPort(port),
    statsPort === undefined ? undefined : (pair?.statsPort ?? nextPort(statsPort)),
  );
  return [published(port, statsPort), second].slice(0, replicas);
}

function nextPort(port: number): number {
  return port === 65_535 ? port - 1 : port + 1;
}

/** Its fixed address in the edge network: peers are told it before the other exists. */
export function edgeAddress(edge: string, index: number): string {
  return addressIn(edge, 11 + index);
}

/** The addresses that move between a pair; by default the last of the edge network. */
export function virtualAddresses({ pair }: Settings["loadBalancer"], edge: string): readonly string[] {
  if (pair?.virtualAddresses !== undefined) return pair.virtualAddresses;
  const first = addressIn(edge, -2);
  return pair?.mode === "active-active" ? [first, addressIn(edge, -3)] : [first];
}

export function planLoadBalancers(config: Config, web: readonly WebPlan[]): LoadBalancerPlan[] {
  const { edge } = config.networks;
  const { replicas } = config.loadBalancer;
  const peers = LOAD_BALANCERS.slice(0, replicas).map((name, index) => ({ name, address: edgeAddress(edge, index) }));
  const backends = planBackends(config, web);
  return peers.map(({ name, address }, index) => ({
    name,
    host: name,
    namespace: planNamespace(config, name, address),
    haproxy: {
      name: `haproxy-${name}`,
      host: name,
      image: config.images.haproxy,
      attachments: [],
      memoryMb: 128,
      cpus: "1.0",
    },
    published: publishedPorts(config.loadBalancer)[index] ?? [],
    vrrp: replicas > 1 ? planVrrp(config, index) : undefined,
    peers,
    balance: planBalance(config.loadBalancer),
    affinity: config.loadBalancer.affinity,
    health: planHealth(config.loadBalancer.health),
    backends,
    readinessPath: config.application.readinessPath,
    requestTimeoutSeconds: config.web.requestTimeoutSeconds,
    edgeSubnet: edge,
  }));
}

function fastInterval(intervalMs: number): number {
  return Math.max(100, Math.round(intervalMs / 4));
}

/** Seconds of red readiness before a server stops: what every load balancer needs to notice, and a margin of 3 s. */
export function drainSeconds({ intervalMs, fall }: Settings["loadBalancer"]["health"]): number {
  return Math.ceil((intervalMs + (fall - 1) * fastInterval(intervalMs)) / 1000) + 3;
}

function planNamespace(config: Config, name: string, address: string): InstancePlan {
  return {
    name,
    host: name,
    image: config.images.namespace,
    attachments: attachments(name, "edge", "web").map((attachment) =>
      attachment.network === "edge" ? { ...attachment, address } : attachment,
    ),
    memoryMb: 128,
    cpus: "1.0",
  };
}

/** The first load balancer holds the first address while it is healthy, the second the second. */
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
  return ways(servers).flatMap((way, index) => {
    const server = web.find((plan) => plan.server === way.web.name);
    const listener = server?.listeners.find(({ upstream }) => upstream.server === way.application.name);
    if (server === undefined || listener === undefined) return [];
    const { weight = 1, maxConnections } = way.application;
    return {
      name: wayName(way),
      servers: [...new Set([way.web.name, way.application.name])],
      address: server.name,
      port: listener.port,
      weight,
      maxConnections,
      traffic: wayTraffic(way),
      backup: mode === "active-passive" && index > 0,
    };
  });
}
