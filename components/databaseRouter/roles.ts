/** The account that routers ask with, on every node; its password is empty. */
export const ROUTER_ACCOUNT = "router";

const MEMBERS = "replication_group_members";
const RECEIVER = "replication_connection_status";
const APPLIER = "replication_applier_status";
const COORDINATOR = "replication_applier_status_by_coordinator";
const WORKERS = "replication_applier_status_by_worker";

/** The tables of performance_schema that the account reads, and all that it may. */
export const ROUTER_TABLES: readonly string[] = [MEMBERS, RECEIVER, APPLIER, COORDINATOR, WORKERS];

const ANSWER = "is-so=";

/** What a node answers that has the role it is asked for. Not in the statement: MySQL repeats that where it is an error. */
export const YES = `${ANSWER}1`;

const table = (name: string) => `performance_schema.${name}`;

const WRITABLE = "NOT @@read_only AND NOT @@super_read_only AND NOT @@offline_mode";

/** Takes part in a group, or tries to. Outside one, the table is empty or its only row says OFFLINE. */
const IN_GROUP = `EXISTS (SELECT 1 FROM ${table(MEMBERS)}
  WHERE MEMBER_ID = @@server_uuid AND MEMBER_STATE <> 'OFFLINE')`;

/** A member that the others cannot reach believes in its role for ever; that it sees no majority, it knows. */
const memberAs = (role: "PRIMARY" | "SECONDARY") => `(EXISTS (SELECT 1 FROM ${table(MEMBERS)}
  WHERE MEMBER_ID = @@server_uuid AND MEMBER_STATE = 'ONLINE' AND MEMBER_ROLE = '${role}')
  AND (SELECT 2 * SUM(MEMBER_STATE IN ('ONLINE', 'RECOVERING')) > COUNT(*) FROM ${table(MEMBERS)}))`;

/** Receives from its source and applies. MySQL keeps rows for a group's channels as well. */
const FOLLOWS = `EXISTS (SELECT 1 FROM ${table(RECEIVER)} r JOIN ${table(APPLIER)} a USING (CHANNEL_NAME)
  WHERE CHANNEL_NAME NOT LIKE 'group_replication%' AND r.SERVICE_STATE = 'ON' AND a.SERVICE_STATE = 'ON')`;

/**
 * Has in hand, received or not yet applied, what was committed where it was written more than so many seconds ago.
 * Nothing in hand is no lag, however long ago the last write was. Between two transactions of a backlog no worker is
 * busy; how far the backlog is behind tells then the last one that the coordinator gave out.
 */
function behind(seconds: number): string {
  const old = (column: string) => `${column}_ORIGINAL_COMMIT_TIMESTAMP < NOW(6) - INTERVAL ${seconds} SECOND`;
  const busyWith = (name: string, column: string) =>
    `EXISTS (SELECT 1 FROM ${table(name)} WHERE ${column} <> '' AND ${old(column)})`;
  return `(${busyWith(WORKERS, "APPLYING_TRANSACTION")} OR ${busyWith(RECEIVER, "QUEUEING_TRANSACTION")}
    OR EXISTS (SELECT 1 FROM ${table(RECEIVER)} JOIN ${table(COORDINATOR)} USING (CHANNEL_NAME)
      WHERE ${old("LAST_PROCESSED_TRANSACTION")} AND NOT GTID_SUBSET(LAST_QUEUED_TRANSACTION, @@gtid_executed)))`;
}

/**
 * Statements that ask a node for its role. They are the same for every kind of replication, so that a cluster can go from
 * one to another, node by node, under running routers.
 */
export const ROLES = {
  /** Takes writes. */
  primary: () => asks(`${WRITABLE} AND IF(${IN_GROUP}, ${memberAs("PRIMARY")}, TRUE)`),
  /** Takes no writes, and shows what its source had no longer than so many seconds ago. */
  replica: (maxLagSeconds: number) =>
    asks(`NOT (${WRITABLE}) AND NOT @@offline_mode AND IF(${IN_GROUP}, ${memberAs("SECONDARY")}, ${FOLLOWS})
      AND NOT ${behind(maxLagSeconds)}`),
  /** Answers, whatever it shows. A node that clones or initialises does not. */
  readable: () => asks("NOT @@offline_mode"),
} as const;

function asks(condition: string): string {
  return `SELECT CONCAT('${ANSWER}', ${condition}) AS answer`;
}
