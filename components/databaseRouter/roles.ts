import { FOLLOWS, GROUP_ROLE, GROUP_STATE, IN_GROUP, MAJORITY, TABLES, WRITES } from "../../agent/sql.ts";

/** The account of the routers' checks on every node; its password is empty. */
export const ROUTER_ACCOUNT = "router";

/** The tables of performance_schema that the account may read; it has no other privilege. */
export const ROUTER_TABLES: readonly string[] = [
  TABLES.members,
  TABLES.receiver,
  TABLES.applier,
  TABLES.coordinator,
  TABLES.workers,
];

const ANSWER = "is-so=";

/**
 * The answer of a node that has the requested role. The statement does not contain it, because MySQL's errors quote the
 * statement.
 */
export const YES = `${ANSWER}1`;

const table = (name: keyof typeof TABLES) => `performance_schema.${TABLES[name]}`;

const memberAs = (role: "PRIMARY" | "SECONDARY") =>
  `(${GROUP_STATE} = 'ONLINE' AND ${GROUP_ROLE} = '${role}' AND ${MAJORITY})`;

/**
 * Whether the node receives or has not yet applied a transaction that was committed at its origin more than `seconds`
 * ago. A node without such transactions has no lag, however long ago the last write was. Between two transactions of a
 * backlog no worker is busy; then the coordinator's last transaction tells the lag.
 */
function behind(seconds: number): string {
  const old = (column: string) => `${column}_ORIGINAL_COMMIT_TIMESTAMP < NOW(6) - INTERVAL ${seconds} SECOND`;
  const busyWith = (name: keyof typeof TABLES, column: string) =>
    `EXISTS (SELECT 1 FROM ${table(name)} WHERE ${column} <> '' AND ${old(column)})`;
  return `(${busyWith("workers", "APPLYING_TRANSACTION")} OR ${busyWith("receiver", "QUEUEING_TRANSACTION")}
    OR EXISTS (SELECT 1 FROM ${table("receiver")} JOIN ${table("coordinator")} USING (CHANNEL_NAME)
      WHERE ${old("LAST_PROCESSED_TRANSACTION")} AND NOT GTID_SUBSET(LAST_QUEUED_TRANSACTION, @@gtid_executed)))`;
}

/**
 * Statements that ask a node for its role. They are the same for every kind of replication, so that a cluster can
 * change from one to another, node by node, while the routers run.
 */
export const ROLES = {
  /** Whether the node accepts writes. */
  primary: () => asks(`${WRITES} AND IF(${IN_GROUP}, ${memberAs("PRIMARY")}, TRUE)`),
  /** Whether the node accepts no writes, and lags behind its source by at most `maxLagSeconds`. */
  replica: (maxLagSeconds: number) =>
    asks(`NOT (${WRITES}) AND NOT @@offline_mode AND IF(${IN_GROUP}, ${memberAs("SECONDARY")}, ${FOLLOWS})
      AND NOT ${behind(maxLagSeconds)}`),
  /** Whether the node can be read, however old its data is. A node that clones or initialises cannot. */
  readable: () => asks("NOT @@offline_mode"),
} as const;

function asks(condition: string): string {
  return `SELECT CONCAT('${ANSWER}', ${condition}) AS answer`;
}
