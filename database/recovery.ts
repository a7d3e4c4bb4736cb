import type { ClusterPlan } from "../topology.ts";
import type { Member } from "./members.ts";

/** What `recover` can do. */
export type Recovery =
  | { readonly kind: "begin-group"; readonly member: Member; readonly without: readonly Member[] }
  | { readonly kind: "set-aside"; readonly member: Member };

/**
 * What brings a member, or a group that does not begin again by itself, back.
 * @param server the member's server; undefined: the group
 * @param covers whether the first member has all transactions of the second
 * @throws Error with the reason why there is nothing to do, or no safe way
 */
export function planRecovery(
  { replication }: Pick<ClusterPlan, "replication">,
  members: readonly Member[],
  server: string | undefined,
  covers: (one: Member, other: Member) => boolean,
): Recovery {
  if (server !== undefined) {
    const member = members.find(({ plan }) => plan.server === server);
    const refused = members.filter(({ state }) => state.startsWith("refused")).map(({ plan }) => plan.server);
    if (member === undefined || !refused.includes(server)) {
      throw new Error(`${server}, ${member?.state ?? "no server with a database"}: there is nothing to recover
    allowed:   ${refused.join(", ") || "no database needs it"}`);
    }
    return { kind: "set-aside", member };
  }
  if (replication !== "group") {
    throw new Error(`outside a group a lost primary is replaced by a takeover
    cure:      npm run database -- takeover SERVER`);
  }
  const online = members.find(({ answer }) => answer?.group === "ONLINE");
  if (online !== undefined) throw new Error(`${online.plan.server} is in the group: the others join it by themselves`);
  const present = members.filter(({ answer }) => answer !== undefined);
  const whole = present.filter((member) => present.every((other) => covers(member, other)));
  const member = whole.find(({ plan }) => plan.role !== "arbiter") ?? whole[0];
  if (member === undefined) {
    throw new Error(
      present.length === 0
        ? "no database answers: start their containers first"
        : `no database has everything that the others have: ${present.map(({ plan }) => plan.server).join(", ")} each have transactions of their own
    cure:      npm run restore, or look into both (docs/operations.md)`,
    );
  }
  return { kind: "begin-group", member, without: members.filter(({ answer }) => answer === undefined) };
}
