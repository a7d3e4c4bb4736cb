import ipaddr from "ipaddr.js";
import { LOAD_BALANCER, NETWORKS, type NetworkName, type Role, type ServerSettings } from "./config/schema.ts";
import type { Config } from "./config.ts";

/** A Docker engine under the name of the machine that it stands for. */
export interface HostPlan {
  readonly name: string;
  readonly endpoint: string;
}

export interface NetworkPlan {
  readonly name: NetworkName;
  /** Its name on the engine; stacks can share an engine. */
  readonly engineName: string;
  readonly subnet: string;
  readonly gateway: string;
  /** An internal network has no way out of the engine and none in. */
  readonly internal: boolean;
  readonly purpose: string;
}

/** A network that a container joins, and the name that others there find it by. */
export interface Attachment {
  readonly network: NetworkName;
  readonly alias: string;
}

export interface PublishedPort {
  readonly address: string;
  /** On the host. */
  readonly port: number;
  /** In the container. */
  readonly target: number;
  readonly serves: "site" | "statistics";
}

/** Where requests can be sent on to. */
export interface Upstream {
  readonly server: string;
  readonly address: string;
  readonly port: number;
}

/** A container that runs, whatever its tier. */
export interface InstancePlan {
  /** Unique in the stack, and the container's host name. */
  readonly name: string;
  /** The host that runs it. */
  readonly host: string;
  readonly image: string;
  readonly attachments: readonly Attachment[];
  readonly memoryMb: number;
  /** CPUs in the engine's canonical form ("0.5", "1.0"); other spellings of the same number replace the container. */
  readonly cpus: string;
}

export interface LoadBalancerPlan extends InstancePlan {
  readonly algorithm: Config["loadBalancer"]["algorithm"];
  readonly published: readonly PublishedPort[];
  readonly backends: readonly Upstream[];
  readonly readinessPath: string;
}

export interface WebPlan extends InstancePlan {
  readonly server: string;
  readonly port: number;
  readonly upstreams: readonly Upstream[];
  /** Only the load balancer's network may say who the client is. */
  readonly trustedSubnet: string;
}

export interface ApplicationPlan extends InstancePlan {
  readonly server: string;
  readonly port: number;
  readonly readinessPath: string;
  readonly command: readonly string[];
  readonly database: string;
  readonly writeTo: Upstream;
  readonly readFrom: readonly Upstream[];
}

export interface DatabasePlan extends InstancePlan {
  readonly server: string;
  readonly role: "primary" | "replica";
  readonly serverId: number;
  readonly port: number;
  /** Where a replica gets its data from, by the name it has in the replication network. */
  readonly source: string | undefined;
  readonly dataVolume: string;
}

/** What exists and how it hangs together: everything that must agree reads this. */
export interface Topology {
  readonly project: string;
  readonly stack: string;
  readonly hosts: readonly HostPlan[];
  readonly networks: readonly NetworkPlan[];
  readonly loadBalancers: readonly LoadBalancerPlan[];
  readonly web: readonly WebPlan[];
  readonly applications: readonly ApplicationPlan[];
  /** The primary first. */
  readonly databases: readonly DatabasePlan[];
  /** The folder of the user's application; undefined for the sample application. */
  readonly applicationFiles: string | undefined;
  readonly database: string;
  readonly protectData: boolean;
}

const SITE_PORT = 8080;
/** The statistics page, and the health of HAProxy itself, in its container. */
export const STATISTICS_PORT = 8404;
const WEB_PORT = 8080;
const MYSQL_PORT = 3306;

const PURPOSES: Readonly<Record<NetworkName, string>> = {
  edge: "clients to the load balancer; the only network with a way in",
  web: "the load balancer to Nginx",
  app: "Nginx to the application",
  data: "the application to MySQL",
  replication: "MySQL to MySQL",
};

/** Plans the stack: pure, and the same for the same configuration. */
export function planTopology(config: Config): Topology {
  const { project, stack } = config;
  const databases = planDatabases(config);
  const applications = planApplications(config, databases);
  const web = planWeb(config, applications);
  return {
    project,
    stack,
    hosts: [
      { name: LOAD_BALANCER, endpoint: config.loadBalancer.endpoint },
      ...config.servers.map(({ name, endpoint }) => ({ name, endpoint })),
    ],
    networks: NETWORKS.map((name) => ({
      name,
      engineName: `${project}-${stack}-${name}`,
      subnet: config.networks[name],
      gateway: firstAddress(config.networks[name]),
      internal: name !== "edge",
      purpose: PURPOSES[name],
    })),
    loadBalancers: [planLoadBalancer(config, web)],
    web,
    applications,
    databases,
    applicationFiles: config.application.files,
    database: config.mysql.database,
    protectData: config.mysql.protect,
  };
}

/** Every container of the stack that runs. */
export function instances(topology: Topology): readonly InstancePlan[] {
  return [...topology.loadBalancers, ...topology.web, ...topology.applications, ...topology.databases];
}

/** @throws Error where the plan lacks the network: a mistake in the program. */
export function networkOf(topology: Topology, name: NetworkName): NetworkPlan {
  const network = topology.networks.find((candidate) => candidate.name === name);
  if (network === undefined) throw new Error(`the plan has no network ${name}`);
  return network;
}

function planLoadBalancer(config: Config, web: readonly WebPlan[]): LoadBalancerPlan {
  const { algorithm, address, port, statsPort } = config.loadBalancer;
  return {
    name: LOAD_BALANCER,
    host: LOAD_BALANCER,
    image: config.images.haproxy,
    attachments: attachments(LOAD_BALANCER, "edge", "web"),
    memoryMb: 128,
    cpus: "1.0",
    algorithm,
    published: [
      { address, port, target: SITE_PORT, serves: "site" },
      ...(statsPort === undefined
        ? []
        : [{ address: "127.0.0.1", port: statsPort, target: STATISTICS_PORT, serves: "statistics" } as const]),
    ],
    backends: web.map(upstream),
    readinessPath: config.application.readinessPath,
  };
}

function planWeb(config: Config, applications: readonly ApplicationPlan[]): WebPlan[] {
  return serversWith(config, "web").map(({ name: server }) => {
    const name = `web-${server}`;
    const own = applications.filter((application) => application.server === server);
    return {
      name,
      host: server,
      server,
      image: config.images.nginx,
      attachments: attachments(name, "web", "app"),
      memoryMb: 128,
      cpus: "0.5",
      port: WEB_PORT,
      upstreams: (own.length > 0 ? own : applications).map(upstream),
      trustedSubnet: config.networks.web,
    };
  });
}

function planApplications(config: Config, databases: readonly DatabasePlan[]): ApplicationPlan[] {
  const { command, port, readinessPath } = config.application;
  const primary = databases.filter(({ role }) => role === "primary");
  const replicas = databases.filter(({ role }) => role === "replica");
  const [writeTo] = primary.map(upstream);
  if (writeTo === undefined) throw new Error("a checked configuration has a primary");
  return serversWith(config, "app").map(({ name: server }) => {
    const name = `app-${server}`;
    return {
      name,
      host: server,
      server,
      image: config.images.application,
      attachments: attachments(name, "app", "data"),
      memoryMb: 256,
      cpus: "1.0",
      port,
      readinessPath,
      command,
      database: config.mysql.database,
      writeTo,
      readFrom: (replicas.length > 0 ? replicas : primary).map(upstream),
    };
  });
}

function planDatabases(config: Config): DatabasePlan[] {
  const servers = serversWith(config, "db");
  const primary = config.mysql.primary ?? servers[0]?.name;
  return servers
    .map(({ name: server }, index): DatabasePlan => {
      const name = `mysql-${server}`;
      return {
        name,
        host: server,
        server,
        role: server === primary ? "primary" : "replica",
        serverId: index + 1,
        port: MYSQL_PORT,
        source: server === primary ? undefined : replicationAlias(`mysql-${primary}`),
        image: config.images.mysql,
        attachments: [
          { network: "data", alias: name },
          { network: "replication", alias: replicationAlias(name) },
        ],
        memoryMb: 1024,
        cpus: "1.0",
        dataVolume: `${config.project}-${config.stack}-${name}`,
      };
    })
    .sort((a, b) => Number(b.role === "primary") - Number(a.role === "primary"));
}

/** A name of its own in that network, so that replication cannot take the way of the application's queries. */
function replicationAlias(name: string): string {
  return `${name}.replication`;
}

function serversWith(config: Config, role: Role): ServerSettings[] {
  return config.servers.filter(({ roles }) => roles.includes(role));
}

function attachments(alias: string, ...networks: NetworkName[]): Attachment[] {
  return networks.map((network) => ({ network, alias }));
}

function upstream(plan: { readonly server: string; readonly name: string; readonly port: number }): Upstream {
  return { server: plan.server, address: plan.name, port: plan.port };
}

function firstAddress(subnet: string): string {
  const network = ipaddr.IPv4.networkAddressFromCIDR(subnet).toByteArray();
  return new ipaddr.IPv4(network.map((octet, index) => (index === 3 ? octet + 1 : octet))).toString();
}
