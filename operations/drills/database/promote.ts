import { agentCommand } from "../../../components/mysqlCluster/agent.ts";
import type { DrillContext } from "../drill.ts";

/** Makes a database the primary by a switchover. */
export async function promote(
  { containers, topology: { cluster } }: Pick<DrillContext, "containers" | "topology">,
  name: string,
): Promise<void> {
  const plan = cluster.databases.find((one) => one.name === name);
  if (plan === undefined) return;
  await containers.execute(cluster.controller.name, agentCommand("promote", plan.member));
}
