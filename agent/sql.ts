/**
 * SQL expressions for the state of a MySQL server. Routers, nodes, the controller, backups and commands all use these
 * and no others, so that they always agree about the state of a server.
 */

/** The tables of performance_schema about replication. */
export const TABLES = {
  members: "replication_group_members",
  configuration: "replication_connection_configuration",
  receiver: "replication_connection_status",
  applier: "replication_applier_status",
  coordinator: "replication_applier_status_by_coordinator",
  workers: "replication_applier_status_by_worker",
} as const;

const table = (name: keyof typeof TABLES) => `performance_schema.${TABLES[name]}`;

/** A set of GTIDs in one line. */
const inOneLine = (set: string) => `REPLACE(${set}, '\\n', '')`;
/** A dash for an empty text, which the shell's `read` would skip. */
const orDash = (text: string) => `COALESCE(NULLIF(${text}, ''), '-')`;

/** Whether the server takes writes of clients. */
export const WRITES = "(NOT @@global.read_only AND NOT @@global.super_read_only AND NOT @@global.offline_mode)";

/** Whether the server is in a group or joining one. Outside a group the table is empty, or its only row is OFFLINE. */
export const IN_GROUP = `EXISTS (SELECT 1 FROM ${table("members")}
  WHERE MEMBER_ID = @@server_uuid AND MEMBER_STATE <> 'OFFLINE')`;
/** The server's state in a group; NONE outside. */
export const GROUP_STATE = `COALESCE((SELECT MEMBER_STATE FROM ${table("members")} WHERE MEMBER_ID = @@server_uuid), 'NONE')`;
/** The server's role in a group, or -. */
export const GROUP_ROLE = `COALESCE((SELECT NULLIF(MEMBER_ROLE, '') FROM ${table("members")} WHERE MEMBER_ID = @@server_uuid), '-')`;
/**
 * Whether the server sees a majority of its group. A member that is cut off keeps its role, but it notices the lost
 * majority.
 */
export const MAJORITY = `COALESCE((SELECT SUM(MEMBER_STATE IN ('ONLINE', 'RECOVERING')) * 2 > COUNT(*) FROM ${table("members")}), 0)`;
/** The members of its group that the server sees online, as a JSON array. */
export const ONLINE = `COALESCE((SELECT JSON_ARRAYAGG(MEMBER_HOST) FROM ${table("members")} WHERE MEMBER_STATE = 'ONLINE'), JSON_ARRAY())`;

/** The member that the server replicates from outside a group, or -. */
export const SOURCE = `COALESCE((SELECT HOST FROM ${table("configuration")} WHERE CHANNEL_NAME = ''), '-')`;
const runs = (thread: "receiver" | "applier") =>
  `EXISTS (SELECT 1 FROM ${table(thread)} WHERE CHANNEL_NAME = '' AND SERVICE_STATE = 'ON')`;
/** Whether the server receives from that source. The empty channel name excludes the channels of a group. */
export const RECEIVES = runs("receiver");
/** Whether the server applies received transactions. */
export const APPLIES = runs("applier");
export const FOLLOWS = `(${RECEIVES} AND ${APPLIES})`;

/** All transactions that the server has committed or applied. */
export const EXECUTED = inOneLine("@@global.gtid_executed");
/** Those of them that were first committed on this server. */
export const OWN = `COALESCE(REGEXP_SUBSTR(${EXECUTED}, CONCAT(@@server_uuid, ':[^,]+')), '')`;

const received = (channel: string) =>
  `(SELECT NULLIF(RECEIVED_TRANSACTION_SET, '') FROM ${table("receiver")} WHERE CHANNEL_NAME = '${channel}')`;
/**
 * All transactions that the server has: applied, or only received and confirmed. A restart keeps the latter, because
 * relay_log_recovery is off.
 */
export const HELD = inOneLine(`GTID_SUBTRACT(CONCAT_WS(',', NULLIF(@@global.gtid_executed, ''),
  ${received("")}, ${received("group_replication_applier")}), '')`);
const unapplied = (channel: string) =>
  inOneLine(`GTID_SUBTRACT(COALESCE(${received(channel)}, ''), @@global.gtid_executed)`);
/** The transactions that were received from the source and are not applied, or -. */
export const UNAPPLIED = orDash(unapplied(""));
/** The transactions that were received in a group and are not applied, or -. They can be applied in a group only. */
export const UNAPPLIED_IN_GROUP = orDash(unapplied("group_replication_applier"));
/**
 * All transactions in the server's binary log. A transaction that waits for a replica's confirmation is not executed
 * yet, though the replica may have it already. It moves from the first set to the second, so they are read in this
 * order.
 */
export const LOGGED = "CONCAT_WS(',', REGEXP_REPLACE(@@global.gtid_owned, '#[0-9]+', ''), @@global.gtid_executed)";

/**
 * The age, in seconds, of the oldest transaction that the server receives, applies or has received and not applied, at
 * its origin; 0 where there is none. Between two transactions of a backlog no worker is busy; then the coordinator's last
 * transaction tells the age.
 */
export const LAG_SECONDS = `COALESCE(GREATEST(0, TIMESTAMPDIFF(MICROSECOND, (SELECT MIN(at) FROM (
    SELECT APPLYING_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP AS at FROM ${table("workers")} WHERE APPLYING_TRANSACTION <> ''
    UNION ALL SELECT QUEUEING_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP FROM ${table("receiver")} WHERE QUEUEING_TRANSACTION <> ''
    UNION ALL SELECT LAST_PROCESSED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP FROM ${table("receiver")}
      JOIN ${table("coordinator")} USING (CHANNEL_NAME)
      WHERE NOT GTID_SUBSET(LAST_QUEUED_TRANSACTION, @@global.gtid_executed)) AS waiting
  WHERE at > '1970-01-02'), NOW(6)) / 1000000), 0)`;

const errors = (name: keyof typeof TABLES, numbers: string) => `SELECT LAST_ERROR_NUMBER, LAST_ERROR_MESSAGE
  FROM ${table(name)} WHERE CHANNEL_NAME = '' AND SERVICE_STATE = 'OFF' AND LAST_ERROR_NUMBER ${numbers}`;
const firstOf = (...questions: readonly string[]) =>
  `COALESCE((SELECT CONCAT(LAST_ERROR_NUMBER, ' ', LAST_ERROR_MESSAGE) FROM (
    ${questions.join(" UNION ALL ")}) AS problems LIMIT 1), '-')`;
const appliers = [errors("workers", "<> 0"), errors("coordinator", "<> 0")];
/** Why the server cannot apply received transactions, or -. */
export const CANNOT_APPLY = firstOf(...appliers);
/** Why replication from the source cannot continue by itself, or -. */
export const BROKEN = firstOf(errors("receiver", "IN (13114, 1236)"), ...appliers);

/**
 * The table of primary terms. Each row is a promotion: the term's number (epoch), the member promoted, and the reason.
 * The table keeps its former name, and so does the reason of a failover: while `up` moves a stack to this version,
 * members of both versions read and write the table, and a query that names a missing table fails as a whole.
 */
export const TERMS_TABLE = "cluster.appointments";
export const FAILOVER_REASON = "takeover";

/**
 * The view of the marks of the accounts' present passwords, for those that may not read MySQL's
 * own table.
 */
export const PASSWORDS_VIEW = "cluster.passwords";

/** The application's events that are disabled on purpose. */
export const DISABLED_EVENTS = "cluster.disabled_events";

/** The version of the named time zones that are loaded. It is not in the binary log. */
export const TIME_ZONES = "cluster.time_zones";

/** MySQL's own databases. */
export const SYSTEM_DATABASES = "('mysql', 'sys', 'information_schema', 'performance_schema')";

/** Tables whose rows a clone does not have, because their engine is another than InnoDB. */
export const UNCLONED = `SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name, ENGINE AS engine
  FROM information_schema.TABLES
  WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB' AND TABLE_SCHEMA NOT IN ${SYSTEM_DATABASES}`;

/** Tables without a primary key, and without a unique key that could stand for one. */
export const KEYLESS = `SELECT TABLE_SCHEMA AS table_schema, TABLE_NAME AS table_name
  FROM information_schema.TABLES
  WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE = 'InnoDB' AND TABLE_SCHEMA NOT IN ${SYSTEM_DATABASES}
    AND (TABLE_SCHEMA, TABLE_NAME) NOT IN (SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.STATISTICS
      WHERE NON_UNIQUE = 0 GROUP BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME
      HAVING SUM(NULLABLE = 'YES' OR COLUMN_NAME IS NULL OR SUB_PART IS NOT NULL) = 0)`;

/** The view of the tables without rows in a clone, for members that may not read MySQL's own tables. */
export const UNCLONED_VIEW = "cluster.uncloned_tables";

/** The newest primary term that the server knows: its number, and the member promoted in it. */
export const PRIMARY_TERM = `COALESCE((SELECT CONCAT(epoch, ' ', member) FROM ${TERMS_TABLE} ORDER BY epoch DESC LIMIT 1), '0 -')`;
