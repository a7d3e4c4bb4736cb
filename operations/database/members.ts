import { CANNOT_APPLY, HELD, UNAPPLIED, UNAPPLIED_IN_GROUP } from "../../agent/sql.ts";
import { NODE_PATHS } from "../../components/mysqlCluster/folders.ts";
import type { ClusterPlan } from "../../topology/databasePlan.ts";
import type { Databases } from "../stack/databases.ts";
import { type Assessment, assess } from "./assessment.ts";

/** A member of the cluster; if it does not answer, only its assessment and `state` are known. */
export interface Member extends Assessment {
  /** As its agent says it: "primary, …", "replica of …", "member, …", "diverged: …". */
  readonly state: string;
  readonly holdings: Holdings | undefined;
}

/** The transactions of a member, as sets of GTIDs, and how reliable they are. */
export interface Holdings {
  /** All transactions, applied or only received. */
  readonly transactions: string;
  /** Transactions received from the source and not applied; may be empty. */
  readonly unapplied: string;
  /** Transactions received in a group and not applied, which is possible in a group only; may be empty. */
  readonly unappliedInGroup: string;
  /** Why the member cannot apply; undefined: it can. */
  readonly broken: string | undefined;
  /** Whether confirmed transactions are on the member's disk before it confirms them, and survive a restart. */
  readonly keepsConfirmed: boolean;
  /** The commit time of the last transaction received from the source; undefined: none since the member's start. */
  readonly lastReceived: string | undefined;
  /** How the last known primary acknowledges: never, degrade, wait or group; undefined: not known. */
  readonly waits: string | undefined;
  /**
   * The origin of the data. `another's` is a clone, which may lack transactions that this member had confirmed before;
   * `none`: the member has no data yet.
   */
  readonly data: "own" | "another's" | "none";
}

const QUESTION = `SELECT ${HELD}, ${UNAPPLIED}, ${UNAPPLIED_IN_GROUP}, ${CANNOT_APPLY},
  @@global.relay_log_recovery = 0 AND @@global.sync_relay_log = 1,
  COALESCE((SELECT GREATEST(LAST_QUEUED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, LAST_HEARTBEAT_TIMESTAMP)
    FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = ''), '-')`;

/** Databases of older versions of the program do not have this table. */
const WAITS = "SELECT waits FROM cluster.acknowledgements ORDER BY id DESC LIMIT 1";

/** Prints the member's state, and in a last line the origin of its data. */
const STATE = `cat ${NODE_PATHS.state}
if [ -e ${NODE_PATHS.provisioning} ]; then echo none; elif [ -e ${NODE_PATHS.dataLost} ]; then echo "another's"; else echo own; fi`;

/** Runs a command in a service's container, and resolves to its output. */
type Execute = (service: string, command: readonly string[]) => Promise<string>;

/** Asks every member of the cluster. The result includes members that do not answer. */
export async function askMembers(cluster: ClusterPlan, ask: Databases["ask"], execute: Execute): Promise<Member[]> {
  const assessments = await assess(cluster, ask);
  return Promise.all(
    assessments.map(async (assessment) => {
      const { name } = assessment.plan;
      const said = execute(name, ["sh", "-c", STATE]).catch(() => "does not run\nnone");
      const first = (statement: string) =>
        ask(name, statement).then(
          ([row]) => row,
          () => undefined,
        );
      const [row, waits] = await Promise.all([first(QUESTION), first(WAITS)]);
      const { state, data } = parseState(await said);
      return { ...assessment, state, holdings: row && { ...parseHoldings(row, waits?.[0]), data } };
    }),
  );
}

/** Parses the output of STATE. */
export function parseState(text: string): { readonly state: string } & Pick<Holdings, "data"> {
  const lines = text.trim().split("\n");
  const last = lines.pop();
  return { state: lines.join("\n"), data: last === "own" || last === "another's" ? last : "none" };
}

/** Parses a row of QUESTION. */
export function parseHoldings(row: readonly string[], waits: string | undefined): Omit<Holdings, "data"> {
  const [transactions = "", unapplied = "-", unappliedInGroup = "-", broken = "-", keeps, last = "-"] = row;
  const orEmpty = (text: string) => (text === "-" ? "" : text);
  return {
    transactions,
    unapplied: orEmpty(unapplied),
    unappliedInGroup: orEmpty(unappliedInGroup),
    broken: broken === "-" ? undefined : broken,
    keepsConfirmed: keeps === "1",
    lastReceived: last === "-" || last.startsWith("0000") ? undefined : last,
    waits,
  };
}

/** The number of transactions in a set of GTIDs: `uuid:1-3:5,uuid:tag:7` has five. */
export function countOf(set: string): number {
  return set
    .split(",")
    .flatMap((part) => part.split(":"))
    .map((part) => /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part))
    .reduce((sum, match) => sum + (match === null ? 0 : Number(match[2] ?? match[1]) - Number(match[1]) + 1), 0);
}

/** Whether the first member has all transactions that the second has. */
export type Covers = (one: Member, other: Member) => boolean;

/** Compares the transactions of all members that answer. MySQL itself compares the sets. */
export async function comparisons(members: readonly Member[], ask: Databases["ask"]): Promise<Covers> {
  const [judge] = members.filter(({ holdings }) => holdings !== undefined);
  const covered = new Set<string>();
  for (const one of members) {
    for (const other of members) {
      if (judge === undefined || one.holdings === undefined || other.holdings === undefined) continue;
      const statement = `SELECT GTID_SUBSET('${other.holdings.transactions}', '${one.holdings.transactions}')`;
      const [row] = await ask(judge.plan.name, statement);
      if (row?.[0] === "1") covered.add(`${one.plan.name} ${other.plan.name}`);
    }
  }
  return (one, other) => covered.has(`${one.plan.name} ${other.plan.name}`);
}
