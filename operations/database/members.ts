import { DATA_LOST, MARKER } from "../../components/mysqlCluster/definitions.ts";
import { CANNOT_APPLY, HELD, UNAPPLIED, UNAPPLIED_IN_GROUP } from "../../components/mysqlCluster/sql.ts";
import type { ClusterPlan } from "../../topology/plan.ts";
import type { Databases } from "../stack/databases.ts";
import { type Assessment, assess } from "./assessment.ts";

/** A member of the cluster; if it does not answer, only its assessment and `state` are known. */
export interface Member extends Assessment {
  /** As its own script says it: "primary, …", "replica of …", "member, …", "diverged: …". */
  readonly state: string;
  readonly holdings: Holdings | undefined;
}

/** Which transactions a member has, as MySQL writes sets of them, and what that can be relied on for. */
export interface Holdings {
  /** All that it has, applied or only received. */
  readonly transactions: string;
  /** What it has received from its source and not applied; empty: nothing. */
  readonly unapplied: string;
  /** What it has received in a group and not applied, which it can in a group only; empty: nothing. */
  readonly unappliedInGroup: string;
  /** Why it cannot apply; undefined: it can. */
  readonly broken: string | undefined;
  /** Whether what it confirms to its source is on its disk by then, and a restart keeps it. */
  readonly keepsConfirmed: boolean;
  /** When its source last committed what has reached it, in MySQL's time; undefined: nothing has since it was started. */
  readonly lastReceived: string | undefined;
  /** What the last primary that it has heard of waits for before it acknowledges; undefined: it has heard nothing of that. */
  readonly waits: string | undefined;
  /**
   * Whose data it has: another's came from a clone and may lack what this member had confirmed before; none: it has not
   * got any yet.
   */
  readonly data: "own" | "another's" | "none";
}

const QUESTION = `SELECT ${HELD}, ${UNAPPLIED}, ${UNAPPLIED_IN_GROUP}, ${CANNOT_APPLY},
  @@global.relay_log_recovery = 0 AND @@global.sync_relay_log = 1,
  COALESCE((SELECT GREATEST(LAST_QUEUED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, LAST_HEARTBEAT_TIMESTAMP)
    FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = ''), '-')`;

/** Databases of an older version of the program have no such table. */
const WAITS = "SELECT waits FROM cluster.acknowledgements ORDER BY id DESC LIMIT 1";

/** Its state, and in a last line whose data it has. */
const STATE = `cat /tmp/state
if [ -e ${MARKER} ]; then echo none; elif [ -e ${DATA_LOST} ]; then echo "another's"; else echo own; fi`;

/** What execute() of the stack's containers does. */
type Execute = (service: string, command: readonly string[]) => Promise<string>;

/** Asks every member of the cluster; one that does not answer is among them, too. */
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

/** Reads what a member's container says. */
export function parseState(text: string): { readonly state: string } & Pick<Holdings, "data"> {
  const lines = text.trim().split("\n");
  const last = lines.pop();
  return { state: lines.join("\n"), data: last === "own" || last === "another's" ? last : "none" };
}

/** Reads a row of the question. */
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

/** How many transactions a set has: `uuid:1-3:5,uuid:tag:7` has five. */
export function countOf(set: string): number {
  return set
    .split(",")
    .flatMap((part) => part.split(":"))
    .map((part) => /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part))
    .reduce((sum, match) => sum + (match === null ? 0 : Number(match[2] ?? match[1]) - Number(match[1]) + 1), 0);
}

/** Whether the first member has all transactions that the second has. */
export type Covers = (one: Member, other: Member) => boolean;

/** Compares all members that answer, at once: MySQL alone knows its sets. */
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
