import type { ClusterPlan } from "../../topology/databasePlan.ts";
import type { Report } from "./assessment.ts";
import { failoverCommand } from "./candidates.ts";
import { type Covers, countOf, type Member } from "./members.ts";

/** A failover that is possible. */
export interface Failover {
  readonly target: Member;
  /**
   * The members that could take writes meanwhile, and are killed before: those that do not answer, and the last
   * primary, which may be about to open.
   */
  readonly lost: readonly Member[];
  /** The possible loss, judged only by the members that answer. A sentence without its full stop. */
  readonly cost: string;
  /** The number of received transactions that the target applies before it becomes the primary. */
  readonly unapplied: number;
}

/** The members that a failover can make the primary: replicas that answer and have data. */
export function candidates(members: readonly Member[]): Member[] {
  return members.filter(
    ({ report, holdings }) => report?.writes === false && holdings !== undefined && holdings.data !== "none",
  );
}

type Acknowledging = Pick<ClusterPlan, "replication" | "withoutReplica">;

/**
 * Plans the failover from a lost primary to a replica.
 * @param server the replica's server
 * @throws Error if the failover is not possible, with the reason and a cure
 */
export function planFailover(
  cluster: Acknowledging,
  members: readonly Member[],
  server: string | undefined,
  covers: Covers,
): Failover {
  if (cluster.replication === "group") {
    throw new Error(`a group chooses its primary by itself
    cure:      npm run database -- status shows its problem; npm run database -- recover begins it again`);
  }
  const replicas = candidates(members);
  const names = replicas.map(({ plan }) => plan.server);
  const target = replicas.find(({ plan }) => plan.server === server);
  if (target?.holdings === undefined) {
    throw new Error(`${server === undefined ? "no server is named" : `${server} has no replica that answers`}
    allowed:   ${failoverCommand(names)}${names.length === 1 ? "" : `, one of: ${names.join(", ") || "none answers"}`}`);
  }
  const primary = members.find(({ report }) => report?.writes);
  if (primary !== undefined) {
    throw new Error(`${primary.plan.server} takes writes: a switchover loses nothing
    cure:      pulumi config set --path 'foobar:mysql.primary' ${server}, then npm run up`);
  }
  const ahead = replicas.find((other) => !covers(target, other));
  if (ahead !== undefined) {
    throw new Error(`${ahead.plan.server} has transactions that ${server} lacks
    allowed:   npm run database -- failover ${ahead.plan.server}`);
  }
  const { broken, unapplied, unappliedInGroup } = target.holdings;
  if (unappliedInGroup !== "") {
    throw new Error(`${server} has received ${transactions(unappliedInGroup)} in a group, and can apply them in a group only
    cure:      pulumi config set --path 'foobar:mysql.replication' group, then npm run up`);
  }
  if (broken !== undefined && unapplied !== "") {
    throw new Error(`${server} has received ${transactions(unapplied)} that it cannot apply and that a failover would lose: ${broken}
    cure:      bring the primary back, or npm run restore (docs/operations.md)`);
  }
  const last = primaryOf(members);
  return {
    target,
    lost: members.filter((member) => member !== target && (member.report === undefined || member === last)),
    cost: costOf(cluster, target, members),
    unapplied: countOf(unapplied),
  };
}

function transactions(set: string): string {
  const count = countOf(set);
  return count === 1 ? "1 transaction" : `${count} transactions`;
}

function costOf({ replication, withoutReplica }: Acknowledging, target: Member, members: readonly Member[]): string {
  const { server } = target.plan;
  const primary = primaryOf(members);
  if (primary === undefined) return `the last primary is unknown: everything that ${server} lacks is lost`;
  const former = primary.plan.server;
  const term = newestOf(members)?.term;
  if (hasEverything(primary, term)) {
    return primary === target
      ? `nothing is lost: ${server} was the last primary itself`
      : `nothing is lost: ${former}, the last primary, answers, and ${server} has everything that it has`;
  }
  const silent = members
    .filter((member) => member !== primary && member !== target && !hasEverything(member, term))
    .map(({ plan }) => plan.server)
    .join(", ");
  if (replication === "semisync" && withoutReplica === "wait") {
    const { holdings } = target;
    const doubts = [
      ...(silent === ""
        ? []
        : [
            `${silent} may have confirmed transactions that ${server} lacks, and does not answer or lacks a part of its data`,
          ]),
      ...(holdings?.waits === "wait" ? [] : [`as far as ${server} knows, ${former} did not always wait for a replica`]),
      ...(holdings?.keepsConfirmed
        ? []
        : [`${server} lost the transactions that it had received and not applied before its last start`]),
      ...(holdings?.data === "own" ? [] : [`${server} lost its own data, and has a clone of another's`]),
      ...(holdings?.broken === undefined
        ? []
        : [`${server} cannot apply, and may have lost received transactions: ${holdings.broken}`]),
    ];
    return doubts.length === 0
      ? `nothing that ${former} acknowledged is lost: it waited for a replica, every replica answers, ` +
          `and ${server} has everything that they have`
      : `transactions that ${former} acknowledged may be lost: ${doubts.join("; ")}`;
  }
  const others = silent === "" ? "" : `; everything that only ${silent} has received is lost, too`;
  if (primary === target)
    return `everything that ${server} had before it lost its own data is lost, unless another database has it${others}`;
  const since = sinceOf(target, former);
  return replication === "semisync"
    ? `if ${former} went on without its replica, ${since} is lost; otherwise nothing that it acknowledged is${others}`
    : `${since} and had not sent to ${server} is lost if ${former} is${others}`;
}

/** Whether a member has everything that it ever had. If it does not know the newest term, it lags or had other data. */
function hasEverything({ report, holdings }: Member, newest: number | undefined): boolean {
  return report !== undefined && report.term === newest && holdings?.data === "own";
}

/** The member promoted last, as far as those that answer know. */
function primaryOf(members: readonly Member[]): Member | undefined {
  const newest = newestOf(members);
  return members.find(({ plan }) => plan.member === newest?.promoted);
}

function newestOf(members: readonly Member[]): Report | undefined {
  return members
    .flatMap(({ report }) => (report === undefined ? [] : [report]))
    .sort((one, other) => other.term - one.term)[0];
}

function sinceOf({ plan, holdings }: Member, former: string): string {
  return holdings?.lastReceived === undefined
    ? `everything that ${former} committed`
    : `everything that ${former} committed after ${holdings.lastReceived}, when ${plan.server} last heard from it,`;
}
