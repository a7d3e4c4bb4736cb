import type { NetworkName } from "../config/choices.ts";
import type { Path } from "../config/problems.ts";
import type { Settings } from "../config/schema.ts";
import type { ApplicationPlan, ProcessPlan, ProgramPlan } from "./applicationPlan.ts";
import type { BackupPlan, ClusterPlan, RouterPlan } from "./databasePlan.ts";
import type { InstancePlan, PublishedPort, Upstream } from "./instancePlan.ts";
import type { LoadBalancerPlan, OwnCertificate } from "./loadBalancerPlan.ts";
import type { LogStorePlan, LogsPlan } from "./logStore.ts";
import type { MonitoringPlan } from "./monitoringPlan.ts";

/** A Docker engine, named after the machine that it represents. */
export interface HostPlan {
  readonly name: string;
  readonly endpoint: string;
  /** The folder with the certificates for an endpoint that begins with tcp://; undefined: no TLS, or another kind. */
  readonly certPath: string | undefined;
  /** The setting of its endpoint. */
  readonly path: Path;
}

export interface NetworkPlan {
  /** Unique in the stack: edge, app-server1. */
  readonly name: string;
  /** The host whose engine makes it. */
  readonly host: string;
  /** Whether it is between machines (an overlay of their swarm) or on one (a bridge); and how. */
  readonly overlay: OverlayPlan | undefined;
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
  /** Whether its containers do not reach each other. */
  readonly isApart: boolean;
  /** The server whose own network it is; undefined: several servers' containers are in it. */
  readonly server: NetworkOwner | undefined;
}

/** A network between machines. */
export interface OverlayPlan {
  /** The part of the subnet from which engines take addresses; the rest is for fixed ones. undefined: there are none. */
  readonly range: string | undefined;
  readonly isEncrypted: boolean;
  /** The largest packet of the LAN below it; undefined: the usual 1500 bytes. */
  readonly mtu: number | undefined;
}

/** A server with networks of its own. */
export interface NetworkOwner {
  readonly name: string;
  /** Its place in the configuration. */
  readonly index: number;
  /** Whether the configuration says which part of the subnets it has. */
  readonly isPlaced: boolean;
}

export interface WebPlan extends InstancePlan {
  readonly server: string;
  /** The name of its address in the load balancer's network, the only one that it listens on. */
  readonly listenAddress: string;
  /** A port for each application server that it passes requests to. */
  readonly listeners: readonly { readonly port: number; readonly upstream: Upstream }[];
  readonly readinessPath: string;
  /** Whether connections to the application are used for further requests. */
  readonly keepsConnections: boolean;
  /** Seconds for which it is unready before it stops: longer than the load balancer takes to notice. */
  readonly drainSeconds: number;
  readonly limits: Settings["web"];
  /** Paths, each with all below it, that the load balancer's own requests alone may ask for. None ends with a slash. */
  readonly hiddenPaths: readonly string[];
  /** The path below which it serves files itself. undefined: it serves none. */
  readonly staticPath: string | undefined;
  /** The load balancer's network: Nginx trusts the client address that requests from there name. */
  readonly trustedSubnet: string;
  /** The name in the certificate of the only client that it answers: the load balancers'. */
  readonly client: string;
  /** What it tells Prometheus in the load balancer's network. undefined: nobody asks. */
  readonly status: WebStatusPlan | undefined;
}

/** The figures that a web server passes on. */
export interface WebStatusPlan {
  /** The applications whose figures it passes on, each with the path that it asks for, and the host that it names. */
  readonly applications: readonly { readonly server: string; readonly path: string; readonly host: string }[];
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

/** The plan of a stack: its parts and their connections. Everything that has to agree reads it. */
export interface Topology {
  readonly project: string;
  readonly stack: string;
  readonly hosts: readonly HostPlan[];
  /** Whether the hosts are several machines. */
  readonly isSeveral: boolean;
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
  /** undefined: the stack is not watched. */
  readonly monitoring: MonitoringPlan | undefined;
  readonly logs: LogsPlan;
  /** undefined: the stack has no log store of its own. */
  readonly logStore: LogStorePlan | undefined;
  /** The site's URL, for clients on the host or with a route to the edge network: plain HTTP where that is served. */
  readonly url: string;
  /** The site's URL by HTTPS. */
  readonly secureUrl: string;
  /** The user's certificate for the site; undefined: the stack's own authority issues one. */
  readonly ownCertificate: OwnCertificate | undefined;
  /** The host names and addresses in a certificate that the authority issues for the site. */
  readonly certified: { readonly names: readonly string[]; readonly addresses: readonly string[] };
  readonly authority: AuthorityPlan;
  /** What the application is, and what its processes share. */
  readonly application: ProgramPlan;
  /** Other processes of the application, such as workers. */
  readonly processes: readonly ProcessPlan[];
  /** The container of the command that runs before a release. undefined: none. */
  readonly migration: ProcessPlan | undefined;
  /** The folder of the user's that Nginx serves. undefined: none. */
  readonly staticFiles: string | undefined;
  /** The folder with the user's pages for errors. undefined: none. */
  readonly errorPages: string | undefined;
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

/** The URL of a published port for a client on the host, or of one on another machine where all may reach it. */
export function publishedUrl({ address, port, serves }: PublishedPort, host: string | undefined): string {
  return urlOf(
    serves === "secureSite" ? "https" : "http",
    address === "0.0.0.0" ? (host ?? "127.0.0.1") : address,
    port,
  );
}

/** The URL of a host, without the port that its scheme has anyway. */
export function urlOf(scheme: "http" | "https", host: string, port: number): string {
  return `${scheme}://${host}${port === { http: 80, https: 443 }[scheme] ? "" : `:${port}`}`;
}
