import type { NodeSettings } from "../observation.ts";
import { TERMS_TABLE } from "../sql.ts";

type Mode = Pick<NodeSettings, "replication" | "withoutReplica">;

/** Why a primary term began. A failover keeps the word of the first versions, whose members read it, too. */
export type TermReason = "configured" | "takeover" | "elected";

/**
 * Records the next primary term, which tells every member who is primary. It runs on a server that takes writes. Names of
 * members have no characters that need quoting.
 * @param after the number of a term that somebody has seen, and that this server may lack: the next one is greater
 */
export function beginTerm(member: string, reason: TermReason, after = 0): string {
  return `INSERT INTO ${TERMS_TABLE} (epoch, member, reason)
  SELECT GREATEST(COALESCE(MAX(epoch), 0), ${after}) + 1, '${member}', '${reason}' FROM ${TERMS_TABLE};`;
}

/** Records that a group has elected a member, unless the newest term is that member's already. */
export function electedTerm(member: string): string {
  return `${beginTerm(member, "elected").replace(/;$/, "")}
  HAVING COALESCE((SELECT newest.member FROM ${TERMS_TABLE} AS newest ORDER BY newest.epoch DESC LIMIT 1), '') <> '${member}';`;
}

/**
 * Records how a primary acknowledges writes from now on. It precedes the first write, so that a replica which has it also
 * has everything that was acknowledged before.
 */
export function noteAcknowledgements(member: string, { replication, withoutReplica }: Mode): string {
  const waits = { async: "never", semisync: withoutReplica, group: "group" }[replication];
  return `INSERT INTO cluster.acknowledgements (member, waits) VALUES ('${member}', '${waits}');`;
}

/** 49 days: the longest that MySQL accepts. */
const FOR_EVER_MS = 4_294_967_295;
const DEGRADE_MS = 2_000;

/** Lets a primary wait for the acknowledgement of a replica. */
export function semisyncSource({ replication, withoutReplica }: Mode): string {
  if (replication !== "semisync") return "";
  const timeout = withoutReplica === "wait" ? FOR_EVER_MS : DEGRADE_MS;
  return `SET GLOBAL rpl_semi_sync_source_timeout = ${timeout}, GLOBAL rpl_semi_sync_source_wait_no_replica = ON,
  GLOBAL rpl_semi_sync_source_enabled = ON;`;
}

/**
 * Lets this session wait for a lock for less than its caller waits. Otherwise a close that was given up would happen later,
 * when nobody expects it any more.
 */
export function lockingWithin(seconds: number): string {
  return `SET SESSION lock_wait_timeout = ${seconds - 1};`;
}

/** Lets nobody write, and nobody wait for an acknowledgement. */
export function closed({ replication }: Pick<Mode, "replication">): string {
  const noSource = replication === "semisync" ? " SET GLOBAL rpl_semi_sync_source_enabled = OFF;" : "";
  return `SET GLOBAL super_read_only = ON;${noSource}`;
}

/** Ends replication from a source. It deletes the relay log. */
export const WITHOUT_SOURCE = "STOP REPLICA FOR CHANNEL ''; RESET REPLICA ALL FOR CHANNEL '';";

/**
 * Opens a server for the statements of its agent alone, before its replication ends: for the controller, a server that is
 * closed and has no source could be a primary that was closed.
 */
export function openForAgent(hasSource: boolean): string {
  return `SET GLOBAL super_read_only = OFF;${hasSource ? ` ${WITHOUT_SOURCE}` : ""}`;
}

/**
 * Begins the term of a failover to a server that takes no writes. A primary that a person or a switchover has closed still
 * waits for acknowledgements: without a replica, the term would never be recorded. The server is closed for certain first,
 * so that no client's writer is told that it was acknowledged.
 */
export function promoted(member: string, mode: Pick<Mode, "replication">, after: number): string {
  return [closed(mode), openForAgent(false), beginTerm(member, "takeover", after), WITHOUT_SOURCE].join(" ");
}

/** Opens a server for clients. With semisync their first write already waits for a replica. */
export function openForClients(member: string, mode: Mode): string {
  return [noteAcknowledgements(member, mode), semisyncSource(mode), "SET GLOBAL read_only = OFF;"].join("\n");
}

/**
 * How a replica connects to a source. MySQL would store an account's password in clear, so the account is named when
 * replication starts, and kept in memory.
 */
function connection(source: string): string {
  return `SOURCE_HOST = '${source}', SOURCE_USER = '', SOURCE_PASSWORD = '',
  SOURCE_SSL = 1, SOURCE_SSL_CA = '/run/secrets/ca.crt', SOURCE_SSL_VERIFY_SERVER_CERT = 1,
  SOURCE_CONNECT_RETRY = 2, SOURCE_RETRY_COUNT = 0`;
}

/** Sets the source of a server that has none, without starting to replicate. */
export function sourceOf(source: string): string {
  return `CHANGE REPLICATION SOURCE TO ${connection(source)}, SOURCE_AUTO_POSITION = 1 FOR CHANNEL '';`;
}

/** Starts to replicate from the source that is set. Passwords of accounts have no characters that need quoting. */
export function replicating(password: string): string {
  return `START REPLICA USER = 'replication' PASSWORD = '${password}' FOR CHANNEL '';`;
}

/** Makes a server replicate from a source: one without a source, one that has it, or one that has another. */
export function following(source: string, how: "first" | "again" | "instead", password: string): string {
  switch (how) {
    case "first":
      return `STOP REPLICA FOR CHANNEL '';
${sourceOf(source)}
${replicating(password)}`;
    case "again":
      // Without setting the source anew, because that would delete the relay log if the applier fails at once.
      return `STOP REPLICA IO_THREAD FOR CHANNEL '';
${replicating(password)}`;
    case "instead":
      // Received transactions that are not applied yet are kept: on a change of source MySQL deletes the relay log only
      // if both threads are stopped.
      return `STOP REPLICA IO_THREAD FOR CHANNEL '';
START REPLICA SQL_THREAD FOR CHANNEL '';
CHANGE REPLICATION SOURCE TO ${connection(source)} FOR CHANNEL '';
${replicating(password)}`;
  }
}

/** Removes a stored password. The applier runs meanwhile: the change would delete the relay log otherwise. */
export function forgetting(password: string): string {
  return `STOP REPLICA IO_THREAD FOR CHANNEL '';
CHANGE REPLICATION SOURCE TO SOURCE_USER = '', SOURCE_PASSWORD = '' FOR CHANNEL '';
${replicating(password)}`;
}

/** Joins a group, or begins it. The member keeps the password as long as it is in the group. */
export function startGroup(isBeginning: boolean, password: string): string {
  return `SET GLOBAL group_replication_bootstrap_group = ${isBeginning ? "ON" : "OFF"};
START GROUP_REPLICATION USER = 'replication', PASSWORD = '${password}';
SET GLOBAL group_replication_bootstrap_group = OFF;`;
}
