import * as pulumi from "@pulumi/pulumi";
import { engineClient } from "../engine/client.ts";
import { findOnEngine } from "../ownership/found.ts";
import { type Known, knownToOutputs } from "../ownership/known.ts";
import { leftBehind, renamedText } from "../ownership/renamed.ts";
import { foreignText } from "../ownership/report.ts";
import { sort } from "../ownership/sort.ts";
import type { Topology } from "../topology/plan.ts";

/**
 * The knowledge of the stack's own state, read as a program reads another stack's. undefined where the CLI does not offer
 * the call, which the SDK does not have.
 */
export async function ownState({ project, stack }: Topology): Promise<Known | undefined> {
  const stackName = `${pulumi.getOrganization()}/${project}/${stack}`;
  try {
    const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
    return knownToOutputs(outputs);
  } catch (error) {
    await pulumi.log.warn(
      `this CLI does not tell a program its own state (${error}), so a stack of another state is not noticed: use npm run up`,
    );
    return undefined;
  }
}

/** Why the stack on an engine is not this state's to change, or undefined. */
export async function notOwn(endpoint: string, topology: Topology, known: Known): Promise<string | undefined> {
  const { project, stack, cluster, backups } = topology;
  const found = await findOnEngine(engineClient(endpoint), project);
  // Backups that another state took are in nobody's way until their volume is wanted.
  const wanted = found.filter(
    ({ name, state }) => name === backups?.volume && state !== undefined && state !== known.state,
  );
  const foreign = [...sort(found, stack, known).foreign, ...wanted];
  if (foreign.length > 0) return foreignText(stack, foreign, known);
  const planned = cluster.databases.map(({ dataVolume }) => dataVolume);
  const behind = leftBehind(found, stack, known, planned);
  return behind.length > 0 ? renamedText(stack, behind) : undefined;
}
