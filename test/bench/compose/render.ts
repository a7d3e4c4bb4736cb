import type Docker from "dockerode";
import { stringify } from "yaml";
import { SERVICE_LABEL } from "../../../engine/labels.ts";
import type { Topology } from "../../../topology/plan.ts";

/** A stack that is up, as the engine and the stack's state describe it. */
export interface Observed {
  readonly containers: readonly Docker.ContainerInspectInfo[];
  readonly networks: readonly Docker.NetworkInspectInfo[];
  /** The options of volumes that have some, by their names on the engine. */
  readonly volumeOptions: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** The services that are healthy before a service is created. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  /** Seconds from the stop signal to the kill, by service; the engine is told them only when a container is stopped. */
  readonly stopGrace: ReadonlyMap<string, number>;
}

export interface Placement {
  /** Of everything that Compose makes. */
  readonly labels: Readonly<Record<string, string>>;
  /** The folder that a service mounts read-only at a path. */
  folderOf(service: string, path: string): string;
}

const NS_PER_MS = 1_000_000;
const NANO_CPUS = 1_000_000_000;

/** The services that each service waits for, as `deploy.ts` has them. */
export function dependenciesOf(topology: Topology): Map<string, readonly string[]> {
  const { cluster, routers, applications, web, loadBalancers, backups } = topology;
  const waiting: readonly (readonly [readonly Named[], readonly Named[]])[] = [
    [[cluster.controller], cluster.databases],
    [backups === undefined ? [] : [backups], [cluster.controller]],
    [routers, cluster.databases],
    [applications, routers],
    [web, applications],
    ...loadBalancers.flatMap(({ pause, haproxy }) => [[[pause], web] as const, [[haproxy], [pause]] as const]),
  ];
  return new Map(
    waiting.flatMap(([services, first]) => services.map(({ name }) => [name, first.map(({ name }) => name)] as const)),
  );
}

interface Named {
  readonly name: string;
}

/** A stack's service, which its container carries as a label. */
export function serviceOf({ Name, Config }: Docker.ContainerInspectInfo): string {
  const service = Config.Labels[SERVICE_LABEL];
  if (service === undefined) throw new Error(`the container ${Name} has no label ${SERVICE_LABEL}`);
  return service;
}

/** The Compose file of the same containers, networks and volumes. Data volumes are new ones. */
export function composeFile(observed: Observed, placement: Placement): string {
  const { labels } = placement;
  const networks = observed.networks.map(({ Name, Driver, Internal, IPAM }) => [
    Name,
    {
      name: Name,
      driver: Driver,
      internal: Internal,
      ipam: { config: (IPAM?.Config ?? []).map(({ Subnet, Gateway }) => ({ subnet: Subnet, gateway: Gateway })) },
      labels,
    },
  ]);
  const volumes = observed.containers.flatMap((container) =>
    container.Mounts.filter(({ RW }) => RW).map((mount) => [
      volumeOf(container, mount, observed),
      given({ labels, driver_opts: observed.volumeOptions.get(mount.Name ?? "") }),
    ]),
  );
  const services = observed.containers.map((container) => [
    serviceOf(container),
    composeService(container, observed, placement),
  ]);
  const file = stringify({
    services: Object.fromEntries(services),
    networks: Object.fromEntries(networks),
    volumes: Object.fromEntries(volumes),
  });
  // Compose replaces variables in every text.
  return file.replaceAll("$", "$$$$");
}

function composeService(container: Docker.ContainerInspectInfo, observed: Observed, placement: Placement) {
  const service = serviceOf(container);
  const { Config, HostConfig, Image } = container;
  const stopGrace = observed.stopGrace.get(service);
  return given({
    image: Image,
    pull_policy: "never",
    labels: { ...placement.labels, [SERVICE_LABEL]: service },
    entrypoint: Config.Entrypoint,
    command: Config.Cmd,
    environment: Config.Env,
    user: Config.User,
    group_add: HostConfig.GroupAdd,
    read_only: HostConfig.ReadonlyRootfs,
    cap_add: HostConfig.CapAdd,
    cap_drop: HostConfig.CapDrop,
    security_opt: HostConfig.SecurityOpt,
    init: HostConfig.Init,
    sysctls: HostConfig.Sysctls,
    dns_opt: HostConfig.DnsOptions,
    mem_limit: HostConfig.Memory,
    memswap_limit: HostConfig.MemorySwap,
    cpus: HostConfig.NanoCpus === undefined ? undefined : HostConfig.NanoCpus / NANO_CPUS,
    cpu_shares: HostConfig.CpuShares === 0 ? undefined : HostConfig.CpuShares,
    tmpfs: Object.entries(HostConfig.Tmpfs ?? {}).map(([path, options]) => `${path}:${options}`),
    logging: HostConfig.LogConfig && { driver: HostConfig.LogConfig.Type, options: HostConfig.LogConfig.Config },
    restart: HostConfig.RestartPolicy?.Name,
    healthcheck: Config.Healthcheck && healthcheck(Config.Healthcheck),
    stop_grace_period: stopGrace === undefined ? undefined : `${stopGrace}s`,
    volumes: mounts(container, observed, placement),
    depends_on: dependsOn(service, observed),
    ...network(container, observed),
  });
}

/** Leaves out fields that the container does not set. */
function given(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined && value !== null));
}

function healthcheck({ Test, Interval, Timeout, StartPeriod, Retries }: Docker.HealthConfig) {
  const duration = (nanoseconds: number | undefined) =>
    nanoseconds === undefined ? undefined : `${nanoseconds / NS_PER_MS}ms`;
  return given({
    test: Test,
    interval: duration(Interval),
    timeout: duration(Timeout),
    start_period: duration(StartPeriod),
    retries: Retries,
  });
}

type Mount = Docker.ContainerInspectInfo["Mounts"][number];

function mounts(container: Docker.ContainerInspectInfo, observed: Observed, { folderOf }: Placement) {
  const service = serviceOf(container);
  return container.Mounts.map((mount) =>
    mount.RW
      ? { type: "volume", source: volumeOf(container, mount, observed), target: mount.Destination }
      : { type: "bind", source: folderOf(service, mount.Destination), target: mount.Destination, read_only: true },
  );
}

/** The name of a volume: that of the first service which has it, as a database has some together with its agent. */
function volumeOf(
  container: Docker.ContainerInspectInfo,
  { Name, Destination }: Mount,
  { containers }: Observed,
): string {
  const first =
    Name === undefined ? undefined : containers.find((one) => one.Mounts.some((other) => other.Name === Name));
  return `${serviceOf(first ?? container)}${Destination.replaceAll("/", "-")}`;
}

function dependsOn(service: string, { containers, dependencies }: Observed) {
  const isChecked = (name: string) =>
    containers.some((container) => serviceOf(container) === name && container.Config.Healthcheck !== undefined);
  return Object.fromEntries(
    (dependencies.get(service) ?? []).map((name) => [
      name,
      { condition: isChecked(name) ? "service_healthy" : "service_started" },
    ]),
  );
}

/** The networks that the container joins, or the service whose network namespace it shares. */
function network({ Config, HostConfig, Id, NetworkSettings }: Docker.ContainerInspectInfo, { containers }: Observed) {
  const shared = /^container:(.+)$/.exec(HostConfig.NetworkMode ?? "")?.[1];
  if (shared !== undefined) {
    const owner = containers.find(({ Id }) => Id === shared);
    if (owner === undefined) throw new Error(`the container ${shared}, whose network is shared, is not of the stack`);
    return { network_mode: `service:${serviceOf(owner)}` };
  }
  return {
    hostname: Config.Hostname,
    ports: publishedPorts(HostConfig.PortBindings ?? {}),
    networks: Object.fromEntries(
      Object.entries(NetworkSettings.Networks).map(([name, { Aliases, IPAMConfig }]) => {
        const aliases: string[] = Aliases ?? [];
        const { IPv4Address: address }: { IPv4Address?: string } = IPAMConfig ?? {};
        // The engine adds the beginning of the container's id.
        return [name, given({ aliases: aliases.filter((alias) => !Id.startsWith(alias)), ipv4_address: address })];
      }),
    ),
  };
}

function publishedPorts(bindings: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[]>>): string[] {
  return Object.entries(bindings).flatMap(([target, hosts]) =>
    hosts.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}:${target}`),
  );
}
