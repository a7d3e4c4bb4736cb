import type { ClusterPlan } from "../topology.ts";
import type { Member } from "./members.ts";

/** A takeover that may be done. */
export interface Takeover {
  readonly target: Member;
  /** The members that took writes as far as anybody knows, and do not answer: they must not go on. */
  readonly lost: readonly Member[];
  /** What may be lost, in sentences. */
  readonly cost: string;
}

/**
 * Whether a replica may take the place of a primary that is lost.
 * @param server where the replica is
 * @param covers whether the first member has all transactions of the second
 * @throws Error with the reason, and what to do instead
 */
export function planTakeover(
  cluster: Pick<ClusterPlan, "replication" | "withoutReplica">,
  members: readonly Member[],
  server: string | undefined,
  covers: (one: Member, other: Member) => boolean,
): Takeover {
  if (cluster.replication === "group") {
    throw new Error(`a group chooses its primary by itself
    cure:      npm run database -- status says what it lacks; npm run database -- recover begins it again`);
  }
  const replicas = members.filter(({ answer }) => answer !== undefined && !answer.writes);
  const names = replicas.map(({ plan }) => plan.server).join(", ") || "none answers";
  const target = replicas.find(({ plan }) => plan.server === server);
  if (target?.answer === undefined) {
    throw new Error(
      `${server === undefined ? "it is not said who takes over" : `${server} has no replica that answers`}\n    allowed:   npm run database -- takeover SERVER, one of: ${names}`,
    );
  }
  const { answer } = target;
  const primary = members.find((member) => member.answer?.writes);
  if (primary !== undefined) {
    throw new Error(`${primary.plan.server} takes writes: a switchover loses nothing
    cure:      pulumi config set --path 'foobar:mysql.primary' ${server}, then npm run up`);
  }
  const ahead = replicas.find((other) => !covers(target, other));
  if (ahead !== undefined) {
    throw new Error(`${ahead.plan.server} has transactions that ${server} has not
    allowed:   npm run database -- takeover ${ahead.plan.server}`);
  }
  return {
    target,
    lost: members.filter((member) => member.answer === undefined),
    cost: costOf(cluster, answer.appointed, answer.lastReceived),
  };
}

function costOf(
  { replication, withoutReplica }: Pick<ClusterPlan, "replication" | "withoutReplica">,
  primary: string,
  last: string | undefined,
): string {
  if (replication === "semisync" && withoutReplica === "wait") {
    return `nothing that ${primary} has acknowledged can be lost: every commit waited for a replica`;
  }
  const since =
    last === undefined
      ? "all that it committed"
      : `what it committed after ${last}, when the replica last heard of it,`;
  return replication === "semisync"
    ? `if ${primary} went on without its replica, ${since} is lost; else nothing that it has acknowledged`
    : `${since} and had not sent to the replica is lost, as far as ${primary} is`;
}
