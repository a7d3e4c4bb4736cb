import type { HttpMode, NetworkName, Replication, Traffic } from "../config/choices.ts";
import type { Pem } from "../config/kinds.ts";
import type { PortSetting } from "../config/loadBalancing.ts";
import type { MysqlSizing } from "../config/mysqlSizing.ts";
import type { Settings } from "../config/schema.ts";

/** A Docker engine, named after the machine that it represents. */
export interface HostPlan {
  readonly name: string;
  readonly endpoint: string;
}

export interface NetworkPlan {
  /** Unique in the stack: edge, app-server1. */
  readonly name: string;
  /** The setting whose subnet it has, or has a part of. */
  readonly part: NetworkName;
  /** The network's name on the engine, which several stacks can share. */
  readonly engineName: string;
  readonly subnet: string;
  /** The key of `networks` that decides the subnet. */
  readonly setting: NetworkName | "range";
  readonly gateway: string;
  /** An internal network has no address of the host: neither the host nor anything beyond it is reachable from there. */
  readonly internal: boolean;
  /**
   * Whether containers of a network that is not internal can open connections to the outside: the engine gives them the
   * host's address.
   */
  readonly egress: boolean;
}

/** A network that a container joins, and the name by which the other containers there find it. */
export interface Attachment {
  readonly network: string;
  readonly alias: string;
  /**
   * Another name in this network, by which the container's own listeners find their address. Its host name stands for
   * its addresses in all networks. undefined: it has none.
   */
  readonly listensAs?: string;
  /**
   * A fixed address, for containers whose address others have to know beforehand. undefined: the engine assigns one.
   */
  readonly address?: string;
}

export interface PublishedPort extends PortSetting {
  /** The port in the container. */
  readonly target: number;
  readonly protocol: "tcp" | "udp";
}

/** The site by HTTP and HTTPS, the same for each load balancer. */
export interface SitePlan {
  /** The host names that are served, in lower case; none: all are. */
  readonly names: readonly string[];
  readonly http: HttpMode;
  readonly profile: Settings["loadBalancer"]["tls"]["profile"];
  readonly http3: boolean;
  /** How each load balancer gets a certificate by ACME; undefined: it does not. */
  readonly acme: AcmePlan | undefined;
  /** The header Strict-Transport-Security; undefined: it is not sent. */
  readonly hsts: string | undefined;
}

/** How HAProxy gets a certificate for the site's names from an authority, by ACME (RFC 8555) and the challenge http-01. */
export interface AcmePlan {
  /** The URL at which the authority's services are listed. */
  readonly directory: string;
  readonly email: string;
  /** The authority that the directory's server is verified by; undefined: the public ones. */
  readonly ca: Pem | undefined;
}

/** PEM texts, or the paths of their files relative to the project. */
export interface OwnCertificate {
  readonly certificate: Pem;
  readonly key: Pem;
}

/** An address that requests are passed on to. */
export interface Upstream {
  readonly server: string;
  readonly address: string;
  readonly port: number;
}

/** A running container of any tier. */
export interface InstancePlan {
  /** Unique in the stack, and the container's host name. */
  readonly name: string;
  /** The host that runs it. */
  readonly host: string;
  readonly image: string;
  readonly attachments: readonly Attachment[];
  readonly memoryMb: number;
  /**
   * CPUs in the engine's canonical form ("0.5", "1.0"): another spelling of the same number would replace the
   * container.
   */
  readonly cpus: string;
  /** The most processes and threads in the container. */
  readonly pids: number;
  /** The most files and sockets that one process may have open. */
  readonly openFiles: number;
}

/** A route that a request can take: through a web server to an application server. HAProxy's `server`. */
export interface BackendPlan {
  /** The server's name, or both if the two servers differ: server1-server2. */
  readonly name: string;
  /** The servers on the route. */
  readonly servers: readonly string[];
  /** The web server's address. */
  readonly address: string;
  /** The web server's port for that application server. */
  readonly port: number;
  readonly weight: number;
  /** Connections that one load balancer opens on it; further requests wait in a queue. undefined: no limit. */
  readonly maxConnections: number | undefined;
  readonly traffic: Traffic;
  /** Whether it gets requests only when all other routes are down. */
  readonly backup: boolean;
}

/** How HAProxy chooses a route, in the terms of its `balance` and `hash-type`. */
export interface BalancePlan {
  readonly algorithm: Settings["loadBalancer"]["algorithm"];
  /** undefined: the algorithm does not hash. */
  readonly hash: { readonly method: "consistent" | "map-based"; readonly uriOptions: readonly string[] } | undefined;
}

export interface HealthPlan {
  readonly intervalMs: number;
  /** The interval between checks of a server whose state is about to change. */
  readonly fastIntervalMs: number;
  readonly fall: number;
  readonly rise: number;
  readonly observe: "off" | "connection" | "response";
  /** 0: none. */
  readonly slowStartSeconds: number;
}

/** A load balancer's part in the redundancy protocol VRRP. */
export interface VrrpPlan {
  /** Its own address in the edge network. */
  readonly address: string;
  readonly peers: readonly string[];
  /** Bits of the edge network's mask. */
  readonly prefix: number;
  /** One for each virtual address. */
  readonly instances: readonly {
    readonly routerId: number;
    readonly virtualAddress: string;
    /** The healthy load balancer with the highest priority has the address. */
    readonly priority: number;
  }[];
}

/** Who may reach a load balancer, whose word about visitors counts, and what answers tell visitors. */
export interface VisitorsPlan {
  /** The blocks that connections may come from; undefined: all. */
  readonly sources: readonly string[] | undefined;
  /** The proxies that say who the visitor is; undefined: nobody does. */
  readonly proxies: { readonly protocol: "forwarded" | "proxy"; readonly addresses: readonly string[] } | undefined;
  /** The blocks of the visitors who may reach the site; undefined: everybody may. */
  readonly admitted: readonly string[] | undefined;
  /** The blocks that may reach the statistics. */
  readonly statisticsAdmitted: readonly string[];
  /** The address that clients on the load balancer's host have: the edge network's gateway. */
  readonly host: string;
  /** 0: no limit. */
  readonly connectionsPerSource: number;
  readonly unusualHeaders: Settings["loadBalancer"]["underscores"];
  /** Headers of every answer that has none of the same name. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
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
  /** In the order of the container's ports. */
  readonly published: readonly PublishedPort[];
  readonly site: SitePlan;
  /** The volume that keeps a certificate of ACME. The program never replaces it. */
  readonly certificateVolume: string;
  /** undefined: there is one load balancer. */
  readonly vrrp: VrrpPlan | undefined;
  /**
   * All load balancers, this one included, with their addresses in the edge network: they share the table of clients.
   */
  readonly peers: readonly { readonly name: string; readonly address: string }[];
  readonly balance: BalancePlan;
  readonly affinity: Settings["loadBalancer"]["affinity"];
  readonly health: HealthPlan;
  readonly backends: readonly BackendPlan[];
  readonly readinessPath: string;
  /** The application's time limit for an answer. */
  readonly requestTimeoutSeconds: number;
  /** Where it listens for visitors: its own address in the edge network, and a pair's virtual addresses. */
  readonly listenAddresses: readonly string[];
  readonly visitors: VisitorsPlan;
}

export interface WebPlan extends InstancePlan {
  readonly server: string;
  /** The name of its address in the load balancer's network, the only one that it listens on. */
  readonly listenAddress: string;
  /** A port for each application server that it passes requests to. */
  readonly listeners: readonly { readonly port: number; readonly upstream: Upstream }[];
  readonly readinessPath: string;
  /** Seconds for which it is unready before it stops: longer than the load balancer takes to notice. */
  readonly drainSeconds: number;
  readonly limits: Settings["web"];
  /** Paths that the load balancer's own requests alone may ask for. */
  readonly hiddenPaths: readonly string[];
  /** The path below which it serves files itself. undefined: it serves none. */
  readonly staticPath: string | undefined;
  /** The load balancer's network: Nginx trusts the client address that requests from there name. */
  readonly trustedSubnet: string;
  /** The name in the certificate of the only client that it answers: the load balancers'. */
  readonly client: string;
}

export interface ApplicationPlan extends InstancePlan {
  readonly server: string;
  /** The name of its address in the web servers' network, the only one that it has to listen on. */
  readonly listenAddress: string;
  readonly port: number;
  readonly readinessPath: string;
  /** Seconds for which it is unready before it stops: longer than the load balancer takes to notice. */
  readonly drainSeconds: number;
  readonly command: readonly string[];
  readonly database: string;
  /** The addresses of the database router on its server, which knows the databases for writes and for reads. */
  readonly writeTo: Upstream;
  readonly readFrom: Upstream;
}

/**
 * The generations of the stack's certificate authority, each with a key of its own. The first one is 1.
 */
export interface AuthorityPlan {
  /** The generation that signs certificates. */
  readonly signing: number;
  /** The generations whose certificates containers trust, the one that signs included, in ascending order. */
  readonly trusted: readonly number[];
}

/** A database that a router connects clients to. */
export interface RouterTarget {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** A database router: an HAProxy beside the application that asks every database for its role. */
export interface RouterPlan extends InstancePlan {
  readonly server: string;
  /** The name by which the application reaches it. */
  readonly address: string;
  readonly ports: { readonly write: number; readonly read: number };
  /** The servers' databases in the order of their names. A group's arbiter serves no clients. */
  readonly targets: readonly RouterTarget[];
  /** A replica that lags further behind its source serves no reads while another database can. */
  readonly maxLagSeconds: number;
  /** The most connections that it opens to all databases together. */
  readonly maxConnections: number;
}

/** A MySQL server. The plan does not say which one is primary: that may change while the stack runs. */
export interface DatabasePlan extends InstancePlan {
  /** Its server's name; the arbiter, which is on none, has "arbiter". */
  readonly server: string;
  /**
   * first: the configured primary. It takes writes at first, and again when that setting changes. arbiter: never
   * primary.
   */
  readonly role: "first" | "other" | "arbiter";
  readonly serverId: number;
  readonly port: number;
  /** Its name in the replication network, which keeps replication off the network of the application's queries. */
  readonly member: string;
  /** The other members' names there. */
  readonly peers: readonly string[];
  /** The names by which clients reach it. Its certificate names them. */
  readonly dnsNames: readonly string[];
  readonly dataVolume: string;
  readonly sizing: MysqlSizing;
}

/**
 * The accounts of MySQL's clients. `steward` is the switchover controller's; `router` has no password and can only read
 * the state of replication.
 */
export type ClientAccount = "application" | "router" | "replication" | "steward" | "backup" | "monitoring";

/** The MySQL servers together. */
export interface ClusterPlan {
  readonly replication: Replication;
  /** Set with semisync only. */
  readonly withoutReplica: Settings["mysql"]["withoutReplica"];
  /** The UUID of the group, which marks its transactions; the same for the same project and stack. */
  readonly groupName: string;
  /** The member that is primary by configuration. */
  readonly primary: string;
  /** The subnet of each account's clients, from which alone MySQL lets the account in. */
  readonly accountHosts: Readonly<Record<ClientAccount, string>>;
  /** In the order of their replacement: the arbiter, the replicas, last the configured primary. */
  readonly databases: readonly DatabasePlan[];
  /** The switchover controller: it promotes the configured member, and checks that all members are in place. */
  readonly controller: InstancePlan;
}

/** Takes backups of the databases. */
export interface BackupPlan extends InstancePlan {
  /** The members in the order in which they are asked for data: the configured primary comes last. */
  readonly members: readonly string[];
  /**
   * The history that the data belongs to, a timeline as in PostgreSQL: `first`, or the restore that it comes from.
   * Binary logs of two timelines must never be mixed.
   */
  readonly timeline: string;
  readonly everyHours: number;
  /** The number of full backups that are kept. */
  readonly keep: number;
  /** Seconds between two archivings of the binary log. */
  readonly archiveSeconds: number;
  readonly encrypted: boolean;
  /** The volume's name on its host's engine. The program never removes it. */
  readonly volume: string;
  /** The host's folder that the volume uses. undefined: the engine chooses one. */
  readonly directory: string | undefined;
}

/** The sources of the application's files. */
export interface FilesPlan {
  /** The folder of the user's application; undefined for the sample application. */
  readonly application: string | undefined;
  /** The folder that Nginx serves. */
  readonly static: string | undefined;
  /** The kept release that runs instead of `application`. undefined: none. */
  readonly release: string | undefined;
}

/** The plan of a stack: its parts and their connections. Everything that has to agree reads it. */
export interface Topology {
  readonly project: string;
  readonly stack: string;
  readonly hosts: readonly HostPlan[];
  readonly networks: readonly NetworkPlan[];
  /** The subnet of each network's setting, or its part of the range. */
  readonly subnets: Readonly<Record<NetworkName, string>>;
  /** The range of the stack's addresses; future networks get theirs from it, too. */
  readonly networkRange: string;
  readonly loadBalancers: readonly LoadBalancerPlan[];
  readonly web: readonly WebPlan[];
  readonly applications: readonly ApplicationPlan[];
  readonly routers: readonly RouterPlan[];
  readonly cluster: ClusterPlan;
  /** undefined: no backups are taken. */
  readonly backups: BackupPlan | undefined;
  /** The site's URL, for clients on the host or with a route to the edge network: plain HTTP where that is served. */
  readonly url: string;
  /** The site's URL by HTTPS. */
  readonly secureUrl: string;
  /** The user's certificate for the site; undefined: the stack's own authority issues one. */
  readonly ownCertificate: OwnCertificate | undefined;
  /** The host names and addresses in a certificate that the authority issues for the site. */
  readonly certified: { readonly names: readonly string[]; readonly addresses: readonly string[] };
  readonly authority: AuthorityPlan;
  readonly files: FilesPlan;
  /** The generation of each secret, from 1. */
  readonly secrets: Settings["secrets"];
  readonly database: string;
  readonly protectData: boolean;
}

/** @throws Error if the plan lacks the network, which is a mistake in the program */
export function networkOf(topology: Topology, name: string): NetworkPlan {
  const network = topology.networks.find((candidate) => candidate.name === name);
  if (network === undefined) throw new Error(`the plan has no network ${name}`);
  return network;
}

/** The URL of a published port for a client on the host. */
export function publishedUrl({ address, port, serves }: PublishedPort): string {
  return urlOf(serves === "secureSite" ? "https" : "http", address === "0.0.0.0" ? "127.0.0.1" : address, port);
}

/** The URL of a host, without the port that its scheme has anyway. */
export function urlOf(scheme: "http" | "https", host: string, port: number): string {
  return `${scheme}://${host}${port === { http: 80, https: 443 }[scheme] ? "" : `:${port}`}`;
}
