import { isIPv4 } from "node:net";
import type { HttpMode } from "./choices.ts";
import { type DockerDefault, isSameEndpoint } from "./endpoints.ts";
import { lanAddresses } from "./hosts.ts";
import type { Settings } from "./schema.ts";
import { addressIn, isLoopback } from "./subnets.ts";
import { judged } from "./wellFormed.ts";

/** The meaning of the load balancer's settings, for rules and planners. */

/** Whether a fixed table makes the choice: HAProxy does not change it while it runs, so no server can start slowly. */
export function isStatic({ algorithm, hash }: Pick<Settings["loadBalancer"], "algorithm" | "hash">): boolean {
  return algorithm === "static-rr" || (hashes(algorithm) && hash?.method === "map-based");
}

export function hashes(algorithm: Settings["loadBalancer"]["algorithm"]): boolean {
  return algorithm === "source" || algorithm === "uri";
}

/** Whether plain HTTP is served, leads to HTTPS, or is not published. */
export function httpMode({ http, address }: Pick<Settings["loadBalancer"], "http" | "address">): HttpMode {
  return http ?? (isLoopback(address) ? "serve" : "redirect");
}

/**
 * The settings of the ports that a load balancer publishes, by what is served there: plain HTTP, HTTPS, statistics, and
 * its health for the host of a pair on two machines.
 */
export const PORT_KEYS = {
  site: "port",
  secureSite: "httpsPort",
  statistics: "statsPort",
  health: "healthPort",
} as const;

/** A port of the load balancer's host. */
export interface PortSetting {
  readonly address: string;
  readonly port: number;
  readonly serves: keyof typeof PORT_KEYS;
}

/** Whether two load balancers are on two machines. */
export function isPairApart({ replicas, endpoint, pair }: Settings["loadBalancer"], docker: DockerDefault): boolean {
  const first = endpoint ?? docker.endpoint;
  return replicas > 1 && pair?.endpoint !== undefined && !isSameEndpoint(pair.endpoint, first);
}

/** The address of each load balancer's host in its LAN; undefined: it is not known. */
export function hostAddresses(settings: Settings["loadBalancer"], docker: DockerDefault): (string | undefined)[] {
  const { endpoint = docker.endpoint, hostAddress, pair } = settings;
  return [hostAddress ?? addressIn4(endpoint), pair?.hostAddress ?? addressIn4(pair?.endpoint ?? endpoint)];
}

function addressIn4(endpoint: string): string | undefined {
  const { hostname } = new URL(endpoint);
  return isIPv4(hostname) ? hostname : undefined;
}

/**
 * The numbers of the host's ports that each load balancer publishes. By default the second one has the next port numbers,
 * or on another machine the same. A malformed setting hides its own port, and no other.
 */
export function portNumbers(
  settings: Settings["loadBalancer"],
  docker: DockerDefault,
): Pick<PortSetting, "port" | "serves">[][] {
  const [isApart] = judged(() => [isPairApart(settings, docker)]);
  const next = (first: number | undefined) =>
    first === undefined || isApart ? first : first === 65_535 ? first - 1 : first + 1;
  const known = (serves: PortSetting["serves"], read: () => number | undefined) =>
    judged(() => {
      const port = read();
      return port === undefined ? [] : [{ port, serves }];
    });
  const health = (index: number) =>
    known("health", () => (healthHosts(settings, docker)[index] === undefined ? undefined : settings.healthPort));
  const isOff = () => settings.http === "off";
  const first = [
    ...known("site", () => (isOff() ? undefined : settings.port)),
    ...known("secureSite", () => settings.httpsPort),
    ...known("statistics", () => settings.statsPort),
    ...health(0),
  ];
  // Whether there is a second load balancer, and on which machine, may be unknown.
  if (isApart === undefined || settings.replicas < 2) return [first];
  const second = [
    ...known("site", () => (isOff() ? undefined : (settings.pair?.port ?? next(settings.port)))),
    ...known("secureSite", () => settings.pair?.httpsPort ?? next(settings.httpsPort)),
    ...known("statistics", () =>
      settings.statsPort === undefined ? undefined : (settings.pair?.statsPort ?? next(settings.statsPort)),
    ),
    ...health(1),
  ];
  return [first, second];
}

/** The host's ports that each load balancer publishes, with their addresses. */
export function publishedPorts(settings: Settings["loadBalancer"], docker: DockerDefault): PortSetting[][] {
  const { address, allow } = settings;
  const statisticsAddress = allow.statistics === undefined ? "127.0.0.1" : address;
  const addressOf = (serves: PortSetting["serves"], index: number) => {
    if (serves === "health") return healthHosts(settings, docker)[index] ?? address;
    return serves === "statistics" ? statisticsAddress : address;
  };
  return portNumbers(settings, docker).map((ports, index) =>
    ports.map(({ port, serves }) => ({ address: addressOf(serves, index), port, serves })),
  );
}

/** The addresses at which the hosts of a pair on two machines are asked for its health. */
function healthHosts(settings: Settings["loadBalancer"], docker: DockerDefault): (string | undefined)[] {
  return isPairApart(settings, docker) && lanAddresses(settings.pair) !== undefined
    ? hostAddresses(settings, docker)
    : [];
}

/** A load balancer's fixed address in the edge network: its peer has to know it before the container exists. */
export function edgeAddress(edge: string, index: number): string {
  return addressIn(edge, 11 + index);
}

/** The addresses that move between a pair on one machine; by default the last of the edge network. */
export function virtualAddresses({ pair }: Settings["loadBalancer"], edge: string): readonly string[] {
  const given = lanAddresses(pair);
  if (given !== undefined) return given;
  const first = addressIn(edge, -2);
  return pair?.mode === "active-active" ? [first, addressIn(edge, -3)] : [first];
}

/** Milliseconds between checks of a server whose state is about to change. */
export function fastInterval(intervalMs: number): number {
  return Math.max(100, Math.round(intervalMs / 4));
}

/** A margin for late checks. A server that stops too early loses nothing: unsent requests go to another server. */
const DRAIN_MARGIN_MS = 750;

/** Seconds for which a server is unready before it stops: the time in which load balancers notice, and a margin. */
export function drainSeconds({ intervalMs, fall }: Settings["loadBalancer"]["health"]): number {
  return Math.ceil((intervalMs + (fall - 1) * fastInterval(intervalMs) + DRAIN_MARGIN_MS) / 1000);
}
