import { decisionLines, parseDecisions } from "../../agent/health/decisions.ts";
import { NODE_PATHS } from "../../components/mysqlCluster/folders.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import type { StackContainers } from "../stack/containers.ts";

/** The decisions of each agent that are printed. */
const COUNT = 10;

/**
 * The last decisions of the databases' agents, in lines.
 * @param server whose; undefined: all servers'
 * @throws Error if the server has no database
 */
export async function whyLines(
  { databases }: Pick<ClusterPlan, "databases">,
  server: string | undefined,
  { execute }: Pick<StackContainers, "execute">,
): Promise<string[]> {
  const chosen = databases.filter((plan) => server === undefined || plan.server === server);
  if (chosen.length === 0) {
    throw new Error(`${server} has no database
    allowed:   npm run database -- why SERVER, one of: ${databases.map((plan) => plan.server).join(", ")}`);
  }
  const lines = await Promise.all(
    chosen.map(async (plan) => {
      const text = await decisionsOf(plan, execute).catch((error: Error) => error);
      if (text instanceof Error) return [`${plan.server}: its decisions cannot be read: ${text.message}`];
      const decisions = decisionLines(parseDecisions(text), COUNT);
      return [`${plan.server}:`, ...(decisions.length === 0 ? ["    no decision yet"] : decisions)];
    }),
  );
  return lines.flat();
}

/** The file is in a folder that both containers have, so that one of them is enough. */
function decisionsOf({ name, agent }: DatabasePlan, execute: StackContainers["execute"]): Promise<string> {
  const command = ["cat", NODE_PATHS.decisions];
  return execute(agent.name, command).catch(() => execute(name, command));
}
