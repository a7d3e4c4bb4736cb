import type { ClusterPlan } from "../../topology/databasePlan.ts";
import { failoverCommand } from "./candidates.ts";
import { candidates } from "./failover.ts";
import { type Covers, countOf, type Member } from "./members.ts";

/** States of members that stay out of the cluster until somebody decides what becomes of their data. */
const RECOVERABLE = /^(diverged|refused)/;

/** The action of `recover`. */
export type Recovery =
  | { readonly kind: "begin-group"; readonly without: readonly Member[]; readonly cost: string }
  | { readonly kind: "set-aside"; readonly member: Member };

/**
 * Plans the recovery of a member, or of a group that does not begin again by itself.
 * @param server the member's server; undefined: the group
 * @throws Error if there is nothing to recover, or no safe way
 */
export function planRecovery(
  { replication }: Pick<ClusterPlan, "replication">,
  members: readonly Member[],
  server: string | undefined,
  covers: Covers,
): Recovery {
  if (server !== undefined) {
    const member = members.find(({ plan }) => plan.server === server);
    const recoverable = members.filter(({ state }) => RECOVERABLE.test(state)).map(({ plan }) => plan.server);
    if (member === undefined || !recoverable.includes(server)) {
      throw new Error(`${server}, ${member?.state ?? "no server with a database"}: there is nothing to recover
    allowed:   ${recoverable.join(", ") || "no database needs it"}`);
    }
    return { kind: "set-aside", member };
  }
  if (replication !== "group") {
    throw new Error(`outside a group a lost primary is replaced by a failover
    cure:      ${failoverCommand(candidates(members).map(({ plan }) => plan.server))}`);
  }
  const online = members.find(({ report }) => report?.group === "ONLINE");
  if (online !== undefined) throw new Error(`${online.plan.server} is in the group: the others join it by themselves`);
  const present = members.filter(({ holdings }) => holdings !== undefined);
  const complete = present.filter((member) => present.every((other) => covers(member, other)));
  if (complete.length === 0) {
    throw new Error(
      present.length === 0
        ? "no database answers: start their containers first"
        : `no database has everything that the others have: ${namesOf(present)} each have transactions of their own
    cure:      npm run restore, or look into both (docs/operations.md)`,
    );
  }
  const without = members.filter(({ holdings }) => holdings === undefined);
  return { kind: "begin-group", without, cost: costOf(complete, present, without) };
}

const namesOf = (members: readonly Member[]) => members.map(({ plan }) => plan.server).join(", ");

/**
 * The transactions of silent members are unknown. A member confirms a transaction before it has written it to disk, so
 * a member that was killed at that moment may lack a transaction that it has confirmed.
 */
function costOf(complete: readonly Member[], present: readonly Member[], without: readonly Member[]): string {
  const received = Math.max(...complete.map(({ holdings }) => countOf(holdings?.unappliedInGroup ?? "")));
  const begins = `the group begins again with everything that ${namesOf(present)} ${present.length === 1 ? "has" : "have"}`;
  const first = received === 0 ? "" : `, of which ${received} received transactions are applied first`;
  return without.length === 0
    ? `${begins}${first}. Every member answers: nothing is lost.`
    : `${begins}${first}. Transactions that only ${namesOf(without)} has are lost; some of the last acknowledged ones may be among them.
${namesOf(without)} must not run elsewhere: a second group would take writes.`;
}
