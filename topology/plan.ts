import type { NetworkName, Replication, Traffic } from "../config/choices.ts";
import type { PortSetting } from "../config/loadBalancing.ts";
import type { MysqlSizing } from "../config/mysqlSizing.ts";
import type { Settings } from "../config/schema.ts";

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
  /** The key of `networks` that decides the subnet. */
  readonly setting: NetworkName | "range";
  readonly gateway: string;
  /** An internal network has no way out of the engine and none in. */
  readonly internal: boolean;
  readonly purpose: string;
}

/** A network that a container joins, and the name that others there find it by. */
export interface Attachment {
  readonly network: NetworkName;
  readonly alias: string;
  /** Its address there, where others must know it before it exists; else the engine gives it one. */
  readonly address?: string;
}

export interface PublishedPort extends PortSetting {
  /** In the container. */
  readonly target: number;
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

/** A route that a request can take: through a web server to an application server. HAProxy's `server`. */
export interface BackendPlan {
  /** The server, or where the two are different ones both: server1-server2. */
  readonly name: string;
  /** The servers that it takes. */
  readonly servers: readonly string[];
  /** Of the web server. */
  readonly address: string;
  /** The web server's port for that application server. */
  readonly port: number;
  readonly weight: number;
  /** Connections that one load balancer opens to it; more requests wait their turn. undefined: no limit. */
  readonly maxConnections: number | undefined;
  readonly traffic: Traffic;
  /** Takes requests only when those that are no backup are down. */
  readonly backup: boolean;
}

/** How HAProxy chooses, in the words of its `balance` and `hash-type`. */
export interface BalancePlan {
  readonly algorithm: Settings["loadBalancer"]["algorithm"];
  /** undefined where the algorithm does not hash. */
  readonly hash: { readonly method: "consistent" | "map-based"; readonly uriOptions: readonly string[] } | undefined;
}

export interface HealthPlan {
  readonly intervalMs: number;
  /** Between checks of a server whose state is about to change. */
  readonly fastIntervalMs: number;
  readonly fall: number;
  readonly rise: number;
  readonly observe: "off" | "connection" | "response";
  /** 0: none. */
  readonly slowStartSeconds: number;
}

/** A load balancer's place in the redundancy protocol (VRRP). */
export interface VrrpPlan {
  /** Its own address in the edge network, and its peers'. */
  readonly address: string;
  readonly peers: readonly string[];
  /** Bits of the edge network's mask. */
  readonly prefix: number;
  /** One for each virtual address. */
  readonly instances: readonly {
    readonly routerId: number;
    readonly virtualAddress: string;
    /** The highest that is healthy holds the address. */
    readonly priority: number;
  }[];
}

/**
 * A load balancer: HAProxy, and a pause container that owns the network namespace with the addresses and the published
 * ports, so that HAProxy can be replaced without losing a connection.
 */
export interface LoadBalancerPlan {
  readonly name: string;
  readonly host: string;
  /** The pause container. In a pair it runs keepalived. */
  readonly pause: InstancePlan;
  readonly haproxy: InstancePlan;
  readonly published: readonly PublishedPort[];
  /** undefined where there is one load balancer. */
  readonly vrrp: VrrpPlan | undefined;
  /** All load balancers with their addresses in the edge network, itself included: they share the table of clients. */
  readonly peers: readonly { readonly name: string; readonly address: string }[];
  readonly balance: BalancePlan;
  readonly affinity: Settings["loadBalancer"]["affinity"];
  readonly health: HealthPlan;
  readonly backends: readonly BackendPlan[];
  readonly readinessPath: string;
  /** The application's time for an answer. */
  readonly requestTimeoutSeconds: number;
  /** Where published ports are reached from. */
  readonly edgeSubnet: string;
}

export interface WebPlan extends InstancePlan {
  readonly server: string;
  /** A port for each application server that it passes requests to. */
  readonly listeners: readonly { readonly port: number; readonly upstream: Upstream }[];
  readonly readinessPath: string;
  /** Seconds of red readiness before it stops: longer than the load balancer takes to notice. */
  readonly drainSeconds: number;
  readonly limits: Settings["web"];
  /** The path below which it serves files itself; undefined: it has none. */
  readonly staticPath: string | undefined;
  /** Only the load balancer's network may say who the client is. */
  readonly trustedSubnet: string;
}

export interface ApplicationPlan extends InstancePlan {
  readonly server: string;
  readonly port: number;
  readonly readinessPath: string;
  /** Seconds of red readiness before it stops: longer than the load balancer takes to notice. */
  readonly drainSeconds: number;
  readonly command: readonly string[];
  readonly database: string;
  /** The database router on its server, which knows who takes writes and who reads. */
  readonly writeTo: Upstream;
  readonly readFrom: Upstream;
}

/** A database that a router leads to. */
export interface RouterTarget {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** A database router: HAProxy beside the application, which asks every database what it is. */
export interface RouterPlan extends InstancePlan {
  readonly server: string;
  /** The name by which the application finds it. */
  readonly address: string;
  readonly ports: { readonly write: number; readonly read: number };
  /** Databases of the servers, in the order of their names; a group's arbiter serves nobody. */
  readonly targets: readonly RouterTarget[];
  /** A replica that is further behind its source serves no reads while another database can. */
  readonly maxLagSeconds: number;
  /** Connections that its databases take together. */
  readonly maxConnections: number;
}

/** A MySQL server. Nothing in it says who is primary: that may change while it runs. */
export interface DatabasePlan extends InstancePlan {
  /** The server that it is on; the arbiter is on none and is called so. */
  readonly server: string;
  /** first: the one that takes writes first, and again when the setting that names it changes. arbiter: never. */
  readonly role: "first" | "other" | "arbiter";
  readonly serverId: number;
  readonly port: number;
  /** Its name in the replication network, so that replication never uses the network of the application's queries. */
  readonly member: string;
  /** The other members' names there. */
  readonly peers: readonly string[];
  /** The names by which clients reach it. Its certificate names them. */
  readonly dnsNames: readonly string[];
  readonly dataVolume: string;
  readonly sizing: MysqlSizing;
}

/** The MySQL servers together. */
export interface ClusterPlan {
  readonly replication: Replication;
  /** undefined but for semisync. */
  readonly withoutReplica: Settings["mysql"]["withoutReplica"];
  /** The UUID of the group, which marks its transactions; the same for the same project and stack. */
  readonly groupName: string;
  /** The member that takes writes as the configuration has it. */
  readonly primary: string;
  /** In the order in which they are replaced: the arbiter, the replicas, last the first primary. */
  readonly databases: readonly DatabasePlan[];
  /** Makes the configured member the primary, and knows when all are in their places. */
  readonly controller: InstancePlan;
}

/** Takes backups of the databases. */
export interface BackupPlan extends InstancePlan {
  /** The members in the order in which they are asked for data: the one that takes writes first comes last. */
  readonly members: readonly string[];
  /** Which data the databases have: `first`, or the restore that they come from. The binary log of one is none of the other. */
  readonly timeline: string;
  readonly everyHours: number;
  /** Full backups that stay. */
  readonly keep: number;
  /** How often the binary log is archived. */
  readonly archiveSeconds: number;
  readonly encrypted: boolean;
  /** On the engine of its host, and never removed by the program. */
  readonly volume: string;
  /** The folder of the host that is the volume's; undefined: the engine's own. */
  readonly directory: string | undefined;
}

/** Where the application's files come from. */
export interface FilesPlan {
  /** The folder of the user's application; undefined for the sample application. */
  readonly application: string | undefined;
  /** The folder that Nginx serves. */
  readonly static: string | undefined;
  /** The kept release that replaces `application`; undefined: none. */
  readonly release: string | undefined;
}

/** What exists and how it hangs together: everything that must agree reads this. */
export interface Topology {
  readonly project: string;
  readonly stack: string;
  readonly hosts: readonly HostPlan[];
  readonly networks: readonly NetworkPlan[];
  /** Addresses that are the stack's own, for networks to come, too. */
  readonly networkRange: string;
  readonly loadBalancers: readonly LoadBalancerPlan[];
  readonly web: readonly WebPlan[];
  readonly applications: readonly ApplicationPlan[];
  readonly routers: readonly RouterPlan[];
  readonly cluster: ClusterPlan;
  /** undefined: none are taken. */
  readonly backups: BackupPlan | undefined;
  /** Where the site is, for clients that can route to the edge network or are on the host. */
  readonly url: string;
  readonly files: FilesPlan;
  readonly database: string;
  readonly protectData: boolean;
}

/** The stack's containers that run, tier by tier: the only list of the tiers. */
export function tiersOf(topology: Topology) {
  return {
    loadBalancers: topology.loadBalancers.flatMap(({ pause, haproxy }) => [pause, haproxy]),
    web: topology.web,
    applications: topology.applications,
    routers: topology.routers,
    cluster: [...topology.cluster.databases, topology.cluster.controller],
    backups: topology.backups === undefined ? [] : [topology.backups],
  } satisfies Readonly<Record<string, readonly InstancePlan[]>>;
}

/** A tier's name in the plan. */
export type Tier = keyof ReturnType<typeof tiersOf>;

/** Every container of the stack that runs. */
export function instances(topology: Topology): readonly InstancePlan[] {
  return Object.values<readonly InstancePlan[]>(tiersOf(topology)).flat();
}

/** @throws Error where the plan lacks the network: a mistake in the program. */
export function networkOf(topology: Topology, name: NetworkName): NetworkPlan {
  const network = topology.networks.find((candidate) => candidate.name === name);
  if (network === undefined) throw new Error(`the plan has no network ${name}`);
  return network;
}

/** Where a client on the host finds what is published. */
export function publishedUrl({ address, port }: PublishedPort): string {
  return `http://${address === "0.0.0.0" ? "127.0.0.1" : address}:${port}`;
}
