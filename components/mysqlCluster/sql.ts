/**
 * SQL expressions by which a MySQL server says what it is. They are the only ones: routers, nodes, the controller, backups
 * and commands ask with them, so that none of them takes for well what another one takes for broken.
 */

/** Tables of performance_schema that say how a server replicates. */
export const TABLES = {
  members: "replication_group_members",
  configuration: "replication_connection_configuration",
  receiver: "replication_connection_status",
  applier: "replication_applier_status",
  coordinator: "replication_applier_status_by_coordinator",
  workers: "replication_applier_status_by_worker",
} as const;

const table = (name: keyof typeof TABLES) => `performance_schema.${TABLES[name]}`;

/** A set of transactions in one line. */
const inOneLine = (set: string) => `REPLACE(${set}, '\\n', '')`;
/** What `read` of the shell cannot see, as a word. */
const orDash = (text: string) => `COALESCE(NULLIF(${text}, ''), '-')`;

/** Whether it takes writes of clients. */
export const WRITES = "(NOT @@global.read_only AND NOT @@global.super_read_only AND NOT @@global.offline_mode)";

/** Whether it is in a group, or tries to be. Outside a group the table is empty, or its only row says OFFLINE. */
export const IN_GROUP = `EXISTS (SELECT 1 FROM ${table("members")}
  WHERE MEMBER_ID = @@server_uuid AND MEMBER_STATE <> 'OFFLINE')`;
/** Its state in a group; NONE outside. */
export const GROUP_STATE = `COALESCE((SELECT MEMBER_STATE FROM ${table("members")} WHERE MEMBER_ID = @@server_uuid), 'NONE')`;
/** Its role in a group; - where it has none. */
export const GROUP_ROLE = `COALESCE((SELECT NULLIF(MEMBER_ROLE, '') FROM ${table("members")} WHERE MEMBER_ID = @@server_uuid), '-')`;
/** Whether it sees a majority of its group. A member that the others cannot reach believes in its role for ever; this it knows. */
export const MAJORITY = `COALESCE((SELECT SUM(MEMBER_STATE IN ('ONLINE', 'RECOVERING')) * 2 > COUNT(*) FROM ${table("members")}), 0)`;
/** The members of its group that it sees online, as a JSON array. */
export const ONLINE = `COALESCE((SELECT JSON_ARRAYAGG(MEMBER_HOST) FROM ${table("members")} WHERE MEMBER_STATE = 'ONLINE'), JSON_ARRAY())`;

/** The member that it replicates from outside a group; - where there is none. */
export const SOURCE = `COALESCE((SELECT HOST FROM ${table("configuration")} WHERE CHANNEL_NAME = ''), '-')`;
const runs = (thread: "receiver" | "applier") =>
  `EXISTS (SELECT 1 FROM ${table(thread)} WHERE CHANNEL_NAME = '' AND SERVICE_STATE = 'ON')`;
/** Whether it receives from that source. MySQL has rows for a group's channels as well. */
export const RECEIVES = runs("receiver");
/** Whether it applies what it received. */
export const APPLIES = runs("applier");
export const FOLLOWS = `(${RECEIVES} AND ${APPLIES})`;

/** All transactions that it has committed or applied. */
export const EXECUTED = inOneLine("@@global.gtid_executed");
/** Those of them that were made here. */
export const OWN = `COALESCE(REGEXP_SUBSTR(${EXECUTED}, CONCAT(@@server_uuid, ':[^,]+')), '')`;

const received = (channel: string) =>
  `(SELECT NULLIF(RECEIVED_TRANSACTION_SET, '') FROM ${table("receiver")} WHERE CHANNEL_NAME = '${channel}')`;
/**
 * All transactions that it has: applied, or only received and confirmed. A restart keeps those too, because
 * relay_log_recovery is off.
 */
export const HELD = inOneLine(`GTID_SUBTRACT(CONCAT_WS(',', NULLIF(@@global.gtid_executed, ''),
  ${received("")}, ${received("group_replication_applier")}), '')`);
const unapplied = (channel: string) =>
  inOneLine(`GTID_SUBTRACT(COALESCE(${received(channel)}, ''), @@global.gtid_executed)`);
/** What it has received from its source and not applied; - where there is nothing. */
export const UNAPPLIED = orDash(unapplied(""));
/** What it has received in a group and not applied, which it only can in a group; - where there is nothing. */
export const UNAPPLIED_IN_GROUP = orDash(unapplied("group_replication_applier"));
/**
 * All transactions that are in its binary log. One that waits for a replica's confirmation is not executed yet, and the
 * replica may have it already. It goes from the first set to the second, so they are read in this order.
 */
export const LOGGED = "CONCAT_WS(',', REGEXP_REPLACE(@@global.gtid_owned, '#[0-9]+', ''), @@global.gtid_executed)";

const errors = (name: keyof typeof TABLES, numbers: string) => `SELECT LAST_ERROR_NUMBER, LAST_ERROR_MESSAGE
  FROM ${table(name)} WHERE CHANNEL_NAME = '' AND SERVICE_STATE = 'OFF' AND LAST_ERROR_NUMBER ${numbers}`;
const firstOf = (...questions: readonly string[]) =>
  `COALESCE((SELECT CONCAT(LAST_ERROR_NUMBER, ' ', LAST_ERROR_MESSAGE) FROM (
    ${questions.join(" UNION ALL ")}) AS problems LIMIT 1), '-')`;
const appliers = [errors("workers", "<> 0"), errors("coordinator", "<> 0")];
/** Why it cannot apply what it has received; - where it can. */
export const CANNOT_APPLY = firstOf(...appliers);
/** Why its replication from a source does not go on by itself; - where it does. */
export const BROKEN = firstOf(errors("receiver", "IN (13114, 1236)"), ...appliers);

/**
 * The table of primary terms. Each row is a promotion: the term's number (epoch), the member promoted, and the reason. The
 * table keeps its former name, and so does the reason of a failover: while `up` moves a stack to this version, members of
 * both versions read and write the table, and a query that names a missing table fails as a whole.
 */
export const TERMS_TABLE = "cluster.appointments";
export const FAILOVER_REASON = "takeover";

/** The newest primary term that it knows: its number, and the member promoted in it. */
export const PRIMARY_TERM = `COALESCE((SELECT CONCAT(epoch, ' ', member) FROM ${TERMS_TABLE} ORDER BY epoch DESC LIMIT 1), '0 -')`;
