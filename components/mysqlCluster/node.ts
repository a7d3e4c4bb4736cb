import { readFileSync } from "node:fs";
import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import { ROUTER_TABLES } from "../databaseRouter/roles.ts";
import { DEFINITIONS, definitions } from "./definitions.ts";
import { DATABASES_FILE, mysqlConfig, SIZING_FILE, sizingConfig } from "./mysqlConfig.ts";

/** The folder of a node's configuration and scripts. */
export const CONFIG_FOLDER = "/etc/mysql/conf.d";

const NODE_SCRIPTS = [
  "start",
  "node",
  "common",
  "observed",
  "accounts",
  "databases",
  "events",
  "timeZones",
  "replica",
  "clone",
  "group",
  "leave",
  "failover",
  "tls",
  "passwords",
  "opens",
  "health",
] as const;

/**
 * The accounts whose passwords a node has, as files `<account>-password` in /run/secrets. `steward` is the switchover
 * controller's.
 */
export const ACCOUNTS = ["root", "application", "replication", "steward", "backup", "monitoring"] as const;

/** The environment of a node's scripts. */
export function nodeEnvironment(plan: DatabasePlan, cluster: ClusterPlan, database: string): Record<string, string> {
  return {
    MEMBER: plan.member,
    PEERS: plan.peers.join(" "),
    ARBITER: String(plan.role === "arbiter"),
    APPLICATION_DATABASE: database,
    ROUTER_TABLES: ROUTER_TABLES.join(" "),
    ACCOUNT_HOSTS: Object.entries(cluster.accountHosts)
      .map(([account, subnet]) => `${account}=${subnet}`)
      .join(" "),
    ...replication(cluster),
    // Each further arena of glibc keeps memory that was used once.
    ...(plan.isSmall ? { MALLOC_ARENA_MAX: "1" } : {}),
  };
}

/** The files of a node's configuration folder. */
export function nodeFiles(plan: DatabasePlan, cluster: ClusterPlan): Record<string, string> {
  return { "node.cnf": mysqlConfig(plan, cluster), ...scripts(NODE_SCRIPTS) };
}

/**
 * The desired state of a node, which changes while it runs: the member that takes writes first, the application's
 * databases, and the sizes.
 */
export function desiredFiles(plan: DatabasePlan, cluster: ClusterPlan): Record<string, string> {
  return {
    primary: `${cluster.primary}\n`,
    [DATABASES_FILE]: `${cluster.applicationDatabases.join("\n")}\n`,
    [SIZING_FILE]: sizingConfig(plan),
  };
}

export function controllerEnvironment(cluster: ClusterPlan): Record<string, string> {
  return {
    PRIMARY: cluster.primary,
    MEMBERS: cluster.databases.map(({ member }) => member).join(" "),
    ...replication(cluster),
  };
}

export function controllerFiles(): Record<string, string> {
  return scripts(["controller", "common", "tls"]);
}

function replication({ replication, withoutReplica }: ClusterPlan): Record<string, string> {
  return { REPLICATION: replication, WITHOUT_REPLICA: withoutReplica ?? "" };
}

function scripts(names: readonly string[]): Record<string, string> {
  const read = (name: string) => readFileSync(new URL(`files/${name}.sh`, import.meta.url), "utf8");
  return { ...Object.fromEntries(names.map((name) => [`${name}.sh`, read(name)])), [DEFINITIONS]: definitions() };
}
