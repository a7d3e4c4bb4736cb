import type { Replication } from "../config/choices.ts";
import type { MysqlSizing } from "../config/mysqlSizing.ts";
import type { Settings } from "../config/schema.ts";
import type { StoragePlan } from "./applicationPlan.ts";
import type { InstancePlan } from "./instancePlan.ts";

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
  /** Whether databases are on other machines, which can vanish without a word. */
  readonly isSeveral: boolean;
  /** A replica that lags further behind its source serves no reads while another database can. */
  readonly maxLagSeconds: number;
  /** The most connections that it opens to all databases together. */
  readonly maxConnections: number;
  /** The databases' network, in which Prometheus asks for its figures. undefined: nobody asks. */
  readonly watchedFrom: string | undefined;
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
  /** Whether it is an arbiter on a machine of its own, which may be small. */
  readonly isSmall: boolean;
  readonly sizing: MysqlSizing;
  readonly agent: AgentPlan;
}

/**
 * The agent beside a database: it gives the database its role and keeps it there. It reaches its own database by a
 * socket, and the others over the replication network.
 */
export interface AgentPlan extends InstancePlan {
  /** Whether it writes figures for the exporter of its machine. */
  readonly isWatched: boolean;
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
  /** The application's databases; the first is mysql.database. */
  readonly applicationDatabases: readonly string[];
  /** Server variables of the user, by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** The subnet of each account's clients, from which alone MySQL lets the account in. */
  readonly accountHosts: Readonly<Record<ClientAccount, string>>;
  /** In the order of their replacement: the arbiter, the replicas, last the configured primary. */
  readonly databases: readonly DatabasePlan[];
  /** The switchover controller: it promotes the configured member, and checks that all members are in place. */
  readonly controller: InstancePlan;
}

/** Reads the application's storages for the backups. It has no network and no keys. */
export interface StorageReaderPlan extends InstancePlan {
  readonly storages: readonly StoragePlan[];
}

/** Takes backups of the databases, and of the application's storages with them. */
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
  /** undefined: the application has no storages. */
  readonly reader: StorageReaderPlan | undefined;
  /** Whether it writes figures for the exporter of its machine. */
  readonly isWatched: boolean;
}
