import type { Config } from "../config/schema.ts";
import type { InstancePlan } from "./instancePlan.ts";

type Settings = Config["monitoring"];

/** Something that Prometheus asks for figures, or has asked by an exporter. */
export interface Target {
  /** host:port, or the URL that an exporter asks. */
  readonly address: string;
  /** `instance` is the container's name as people know it, `server` the server that it belongs to. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What all watchers ask. */
export interface MonitoringTargets {
  readonly loadBalancers: readonly Target[];
  /** The addresses of a pair, at which the load balancer that has one says its name. */
  readonly virtualAddresses: readonly Target[];
  readonly routers: readonly Target[];
  /** The URLs of the web servers' own figures. */
  readonly webServers: readonly Target[];
  /** The applications' own figures, each by a web server that reaches it; with the path there. */
  readonly applications: readonly (Target & { readonly path: string })[];
  readonly databases: readonly Target[];
  readonly machines: readonly Target[];
  /** Prometheus and Alertmanager themselves. */
  readonly prometheus: readonly Target[];
  readonly alertmanagers: readonly Target[];
  readonly logStores: readonly Target[];
  /** TLS servers, the site's aside, whose certificates are looked at. */
  readonly webCertificates: readonly Target[];
  readonly databaseCertificates: readonly Target[];
}

/** Figures of the stack that alerts are made of. */
export interface Watched {
  readonly loadBalancers: number;
  /** The load balancer that has each moving address by configuration; none: nobody says who has it. */
  readonly holders: readonly { readonly address: string; readonly loadBalancer: string }[];
  /** Whether a passive server waits for the active one's loss. */
  readonly hasReserve: boolean;
  /** The servers with several containers: a roll never takes all of them. */
  readonly wholeServers: readonly string[];
  /** The servers with one container, which a roll takes. */
  readonly singleServers: readonly string[];
  readonly hasApplicationMetrics: boolean;
  /** The share of requests that may fail: 0.001 is an objective of 99.9 %. */
  readonly budget: number;
  /** Databases that may have the application's data as primary or replica. */
  readonly databases: number;
  /** The members of a group, its arbiter included. undefined: it is no group. */
  readonly members: number | undefined;
  readonly maxLagSeconds: number;
  /** undefined: no backups are taken. */
  readonly backups: { readonly everyHours: number; readonly archiveSeconds: number } | undefined;
  readonly hasLogStore: boolean;
  /** The members whose agents write figures. */
  readonly agents: readonly string[];
  readonly machines: number;
  readonly watchers: number;
}

/** A part of a server that is watched. `instance` is the label of its figures. */
export interface ShownPart {
  readonly tier: "load-balancer" | "web" | "application" | "router" | "database";
  readonly instance: string;
  /** Whether it is a database that only votes. */
  readonly isArbiter?: boolean;
}

/** A load balancer, or a server of the configuration. */
export interface ShownServer {
  readonly name: string;
  readonly parts: readonly ShownPart[];
}

/** The stack as boards show it. */
export interface ShownPlan {
  readonly project: string;
  readonly stack: string;
  readonly servers: readonly ShownServer[];
  /** The web servers, each with the load balancers' names of the ways to applications behind it. */
  readonly ways: readonly { readonly web: string; readonly backends: readonly string[] }[];
  /** The ways that are to be ready. */
  readonly waysInUse: number;
  /** Whether each way is one server's, so that people speak of servers. */
  readonly areWaysServers: boolean;
}

export interface PrometheusPlan extends InstancePlan {
  /** The volume's name on its host's engine. */
  readonly volume: string;
  /** The port at 127.0.0.1 of its host. undefined: it is not published. */
  readonly port: number | undefined;
}

export interface AlertmanagerPlan extends PrometheusPlan {
  /** Its own address among the Alertmanagers, and the others'. undefined: it is the only one. */
  readonly cluster: { readonly address: string; readonly peers: readonly string[] } | undefined;
}

/** The page that shows how the stack is, by the figures of the Prometheus beside it. */
export interface BoardPlan extends InstancePlan {
  /** The port at 127.0.0.1 of its host. */
  readonly port: number;
}

/** Grafana, with a dashboard of the figures of the Prometheus beside it. */
export interface GrafanaPlan extends InstancePlan {
  /** The port at 127.0.0.1 of its host. */
  readonly port: number;
}

/** Prometheus and Alertmanager on a host, with the exporters that ask others for them. */
export interface WatcherPlan {
  readonly host: string;
  readonly prometheus: PrometheusPlan;
  readonly alertmanager: AlertmanagerPlan;
  readonly blackboxExporter: InstancePlan;
  readonly mysqlExporter: InstancePlan;
  readonly nginxExporter: InstancePlan;
  /** undefined: there is none. */
  readonly board: BoardPlan | undefined;
  /** undefined: there is none. */
  readonly grafana: GrafanaPlan | undefined;
  /** The ways to the site: the label `way` says whether visitors come by it. */
  readonly site: readonly Target[];
}

/** The exporter of a machine. */
export interface NodeExporterPlan extends InstancePlan {
  /** Whether the backups are on its machine: it has their figures. */
  readonly hasBackups: boolean;
}

/** The probe of the site. */
export interface ProbePlan {
  /** The host that requests name. undefined: the address. */
  readonly host: string | undefined;
}

/** Monitoring: what watches the stack, what it asks, and whom it tells. */
export interface MonitoringPlan {
  /** The stack, as messages name it: a person may get those of several. */
  readonly stack: string;
  /** One; or with several machines one on each of two. */
  readonly watchers: readonly WatcherPlan[];
  /** One on each machine; none if machines are not watched. */
  readonly nodeExporters: readonly NodeExporterPlan[];
  readonly targets: MonitoringTargets;
  readonly probe: ProbePlan;
  readonly watched: Watched;
  readonly shown: ShownPlan;
  readonly scrapeSeconds: number;
  readonly retentionDays: number;
  readonly retentionMb: number;
  readonly receivers: Settings["receivers"];
  readonly watchdog: Settings["watchdog"];
  /** Texts by name, or what stands for them where the CLI has not decrypted them. */
  readonly secrets: Settings["secrets"];
}
