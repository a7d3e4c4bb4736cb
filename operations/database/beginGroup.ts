import { NODE_PATHS } from "../../components/mysqlCluster/folders.ts";
import { eventually } from "../../engine/eventually.ts";
import type { ClusterPlan } from "../../topology/databasePlan.ts";
import type { StackContainers } from "../stack/containers.ts";
import type { Databases } from "../stack/databases.ts";
import { assess } from "./assessment.ts";
import type { Member } from "./members.ts";

/** The longest time until a member takes writes. It first applies the transactions that it has received. */
const BEGIN_SECONDS = 600;

/** Notes the members that are given up, all at once: the agent may look at any moment. */
const GIVE_UP = `printf '%s\\n' "$@" >${NODE_PATHS.givenUp}.new && mv ${NODE_PATHS.givenUp}.new ${NODE_PATHS.givenUp}`;

/**
 * Tells the members that answer to begin their group again without those that are given up. They find out by themselves
 * which of them begins: a member that has everything.
 * @returns the server whose database takes writes
 * @throws Error if none does within ten minutes
 */
export async function beginGroup(
  cluster: Pick<ClusterPlan, "databases" | "replication">,
  members: readonly Member[],
  without: readonly Member[],
  { execute, ask }: Pick<StackContainers, "execute"> & Pick<Databases, "ask">,
): Promise<string> {
  const givenUp = without.map(({ plan }) => plan.member);
  for (const { plan } of members.filter(({ report }) => report !== undefined)) {
    await execute(plan.name, ["sh", "-c", GIVE_UP, "sh", ...givenUp]);
  }
  const begun = async () => {
    const present = await assess(cluster, ask);
    const writer = present.find(({ report }) => report?.writes);
    if (writer !== undefined) return writer.plan.server;
    const problems = present.map(({ plan, problem }) => `${plan.server} ${problem ?? "is in its place"}`);
    throw new Error(`the group has not begun: ${problems.join("; ")}`);
  };
  return eventually(begun, BEGIN_SECONDS, { everySeconds: 0.5 });
}
