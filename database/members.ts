import type { Databases } from "../stack/databases.ts";
import type { ClusterPlan, DatabasePlan } from "../topology.ts";

/** What a MySQL server says of itself; without an answer only `state` is known. */
export interface Member {
  readonly plan: DatabasePlan;
  /** As its own script says it: "primary, …", "replica of …", "member, …", "refused: …". */
  readonly state: string;
  readonly answer: MemberAnswer | undefined;
}

export interface MemberAnswer {
  readonly writes: boolean;
  /** The last appointment that it knows: who is primary, and the how manieth. */
  readonly appointed: string;
  readonly epoch: number;
  /** Whom it replicates from outside a group; undefined: nobody. */
  readonly source: string | undefined;
  /** Whether that goes without trouble. */
  readonly follows: boolean;
  /** Its state in a group; NONE outside. */
  readonly group: string;
  /** All transactions that it has, as MySQL writes sets of them. */
  readonly transactions: string;
  /** When its source last committed what has reached it, in MySQL's time; undefined: nothing has. */
  readonly lastReceived: string | undefined;
}

const QUESTION = `SELECT NOT @@global.read_only,
  COALESCE((SELECT CONCAT_WS('\\t', member, epoch) FROM cluster.appointments ORDER BY epoch DESC LIMIT 1), '-\\t0'),
  COALESCE((SELECT HOST FROM performance_schema.replication_connection_configuration WHERE CHANNEL_NAME = ''), '-'),
  (SELECT COUNT(*) FROM performance_schema.replication_connection_status c
    JOIN performance_schema.replication_applier_status a USING (CHANNEL_NAME)
    WHERE CHANNEL_NAME = '' AND c.SERVICE_STATE = 'ON' AND a.SERVICE_STATE = 'ON'),
  COALESCE((SELECT MEMBER_STATE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid), 'NONE'),
  REPLACE(@@global.gtid_executed, '\\n', ''),
  COALESCE((SELECT GREATEST(LAST_QUEUED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, LAST_HEARTBEAT_TIMESTAMP)
    FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = ''), '-')`;

/** What execute() of the stack's containers does. */
type Execute = (service: string, command: readonly string[]) => Promise<string>;

/** Asks every member of the cluster; one that does not answer is among them, too. */
export function askMembers({ databases }: ClusterPlan, ask: Databases["ask"], execute: Execute): Promise<Member[]> {
  return Promise.all(
    databases.map(async (plan) => {
      const state = await execute(plan.name, ["cat", "/tmp/state"]).catch(() => "does not run");
      const rows = await ask(plan.name, QUESTION).catch(() => []);
      return { plan, state: state.trim(), answer: rows[0] && parseAnswer(rows[0]) };
    }),
  );
}

/** Reads a row of the question; the client writes the tab between member and epoch as `\t`. */
export function parseAnswer(row: readonly string[]): MemberAnswer {
  const [writes, appointment = "", source = "-", follows, group = "NONE", transactions = "", last = "-"] = row;
  const [appointed = "-", epoch = "0"] = appointment.split("\\t");
  return {
    writes: writes === "1",
    appointed,
    epoch: Number(epoch),
    source: source === "-" ? undefined : source,
    follows: follows === "1",
    group,
    transactions,
    lastReceived: last === "-" || last.startsWith("0000") ? undefined : last,
  };
}

/** Whether a member does what it is for. */
export function isInPlace({ answer }: Member, { replication }: Pick<ClusterPlan, "replication">): boolean {
  if (answer === undefined) return false;
  return replication === "group" ? answer.group === "ONLINE" : answer.writes || answer.follows;
}
