import type { AgentSettings } from "../settings.ts";

/** The accounts of MySQL's clients. `steward` is the switchover controller's former name, which running databases have. */
export type ClientAccount = keyof AgentSettings["accountHosts"];

/** What an account may do, and where. */
export interface Grant {
  readonly privileges: readonly string[];
  /** "*.*", or a database or a table. */
  readonly on: string;
}

export interface ClientRole {
  readonly account: ClientAccount;
  /** Who uses it. */
  readonly purpose: "members" | "controller" | "backups" | "monitoring" | "application" | "routers";
  /** router has none: its client can neither encrypt nor authenticate, so it may read the state of replication alone. */
  readonly hasPassword: boolean;
  readonly grants: readonly Grant[];
}

/** What the application may do in its databases. */
export const APPLICATION_PRIVILEGES = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "CREATE",
  "ALTER",
  "DROP",
  "INDEX",
  "REFERENCES",
  "CREATE TEMPORARY TABLES",
  "LOCK TABLES",
  "CREATE VIEW",
  "SHOW VIEW",
  "TRIGGER",
  "CREATE ROUTINE",
  "ALTER ROUTINE",
  "EXECUTE",
  "EVENT",
] as const;

const grant = (on: string, ...privileges: readonly string[]): Grant => ({ on, privileges });
const STATE = grant("performance_schema.*", "SELECT");

/**
 * The accounts of a cluster, each with the fewest privileges that it needs.
 * @param database the application's first one; the others are granted as their list changes
 */
export function clientRoles({
  database,
  routerTables,
}: Pick<AgentSettings, "database" | "routerTables">): ClientRole[] {
  return [
    {
      ...{ account: "replication", purpose: "members", hasPassword: true },
      grants: [
        grant("*.*", "REPLICATION SLAVE", "BACKUP_ADMIN", "CONNECTION_ADMIN", "GROUP_REPLICATION_STREAM"),
        STATE,
        grant("cluster.*", "SELECT"),
      ],
    },
    {
      ...{ account: "steward", purpose: "controller", hasPassword: true },
      grants: [
        grant(
          "*.*",
          ...["RELOAD", "SYSTEM_VARIABLES_ADMIN", "CONNECTION_ADMIN"],
          ...["REPLICATION_SLAVE_ADMIN", "GROUP_REPLICATION_ADMIN"],
        ),
        STATE,
        grant("cluster.*", "SELECT", "INSERT"),
      ],
    },
    {
      ...{ account: "backup", purpose: "backups", hasPassword: true },
      grants: [grant("*.*", "REPLICATION SLAVE", "BACKUP_ADMIN")],
    },
    {
      ...{ account: "monitoring", purpose: "monitoring", hasPassword: true },
      grants: [grant("*.*", "PROCESS", "REPLICATION CLIENT"), STATE],
    },
    {
      ...{ account: "application", purpose: "application", hasPassword: true },
      grants: [grant(`\`${database}\`.*`, ...APPLICATION_PRIVILEGES)],
    },
    {
      ...{ account: "router", purpose: "routers", hasPassword: false },
      grants: routerTables.map((table) => grant(`performance_schema.${table}`, "SELECT")),
    },
  ];
}

/** The account by which the agent itself sets passwords: once root's file has another one, root cannot log in with it. */
export const NODE_ACCOUNT: readonly string[] = [
  "CREATE USER IF NOT EXISTS 'node'@'localhost' IDENTIFIED WITH auth_socket AS 'mysql'",
  "GRANT CREATE USER, SYSTEM_USER, SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN ON *.* TO 'node'@'localhost'",
];
