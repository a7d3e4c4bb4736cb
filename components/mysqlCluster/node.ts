import { readFileSync } from "node:fs";
import { ARBITER } from "../../config/choices.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import { memberName } from "../../topology/databases.ts";
import { DATABASES_FILE, mysqlConfig, SIZING_FILE, sizingConfig } from "./mysqlConfig.ts";

/** The folder of a database's configuration and scripts. */
export const CONFIG_FOLDER = "/etc/mysql/conf.d";

/** The shell beside mysqld: it starts the server, stops it and says its state. Agents decide everything else. */
const SCRIPTS = ["start.sh", "leave.sh", "health.sh"] as const;

/**
 * The accounts whose passwords a node has, as files `<account>-password` in /run/secrets. `steward` is the switchover
 * controller's.
 */
export const ACCOUNTS = ["root", "application", "replication", "steward", "backup", "monitoring"] as const;

/** The environment of a database's scripts. */
export function nodeEnvironment(plan: Pick<DatabasePlan, "isSmall">): Record<string, string> {
  return {
    ARBITER_MEMBER: memberName(ARBITER),
    // Each further arena of glibc keeps memory that was used once.
    ...(plan.isSmall ? { MALLOC_ARENA_MAX: "1" } : {}),
  };
}

/** The files of a database's configuration folder. */
export function nodeFiles(plan: DatabasePlan, cluster: ClusterPlan): Record<string, string> {
  const read = (name: string) => readFileSync(new URL(`../../agent/server/${name}`, import.meta.url), "utf8");
  return { "node.cnf": mysqlConfig(plan, cluster), ...Object.fromEntries(SCRIPTS.map((name) => [name, read(name)])) };
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
