import { FOLLOWS, GROUP_ROLE, GROUP_STATE, IN_GROUP, MAJORITY, TABLES, WRITES } from "../mysqlCluster/sql.ts";

/** The account that routers ask with, on every node; its password is empty. */
export const ROUTER_ACCOUNT = "router";

/** The tables of performance_schema that the account reads, and all that it may. */
export const ROUTER_TABLES: readonly string[] = [
  TABLES.members,
  TABLES.receiver,
  TABLES.applier,
  TABLES.coordinator,
  TABLES.workers,
];

const ANSWER = "is-so=";

/**
 * What a node answers that has the role it is asked for. Not in the statement: MySQL repeats that where it is an error.
 */
export const YES = `${ANSWER}1`;

const table = (name: keyof typeof TABLES) => `performance_schema.${TABLES[name]}`;

const memberAs = (role: "PRIMARY" | "SECONDARY") =>
  `(${GROUP_STATE} = 'ONLINE' AND ${GROUP_ROLE} = '${role}' AND ${MAJORITY})`;

/**
 * Has in hand, received or not yet applied, what was committed where it was written more than so many seconds ago.
 * Nothing in hand is no lag, however long ago the last write was. Between two transactions of a backlog no worker is
 * busy; how far the backlog is behind tells then the last one that the coordinator gave out.
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
 * Statements that ask a node for its role. They are the same for every kind of replication, so that a cluster can go
 * from one to another, node by node, under running routers.
 */
export const ROLES = {
  /** Takes writes. */
  primary: () => asks(`${WRITES} AND IF(${IN_GROUP}, ${memberAs("PRIMARY")}, TRUE)`),
  /** Takes no writes, and shows what its source had no longer than so many seconds ago. */
  replica: (maxLagSeconds: number) =>
    asks(`NOT (${WRITES}) AND NOT @@offline_mode AND IF(${IN_GROUP}, ${memberAs("SECONDARY")}, ${FOLLOWS})
      AND NOT ${behind(maxLagSeconds)}`),
  /** Answers, whatever it shows. A node that clones or initialises does not. */
  readable: () => asks("NOT @@offline_mode"),
} as const;

function asks(condition: string): string {
  return `SELECT CONCAT('${ANSWER}', ${condition}) AS answer`;
}
