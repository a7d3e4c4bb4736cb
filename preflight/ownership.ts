import * as pulumi from "@pulumi/pulumi";
import { runnable } from "../config/commands.ts";
import { engineClient, type Reach } from "../engine/client.ts";
import { findOnEngine, onceEach } from "../ownership/found.ts";
import { type Known, knownToOutputs } from "../ownership/known.ts";
import { leftBehind, renamedText } from "../ownership/renamed.ts";
import { foreignText } from "../ownership/report.ts";
import { sort } from "../ownership/sort.ts";
import type { Topology } from "../topology/plan.ts";

/**
 * The knowledge of the stack's own state, read like that of another stack. undefined if the CLI does not have the
 * function, which is not in the SDK.
 */
export async function ownState({ project, stack }: Pick<Topology, "project" | "stack">): Promise<Known | undefined> {
  const stackName = `${pulumi.getOrganization()}/${project}/${stack}`;
  try {
    const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
    return knownToOutputs(outputs);
  } catch (error) {
    await pulumi.log.warn(
      runnable(
        `this CLI does not give a program its own state (${error}), so a stack of another state is not noticed: use npm run up`,
      ),
    );
    return undefined;
  }
}

/** The reason why this state must not change the stack on its engines; undefined if it may. */
export async function notOwn(engines: readonly Reach[], topology: Topology, known: Known): Promise<string | undefined> {
  const { project, stack, cluster, backups } = topology;
  const all = await Promise.all(engines.map((reach) => findOnEngine(engineClient(reach), project)));
  const found = onceEach(all.flat());
  // Another state's backups conflict only if the plan uses their volume.
  const wanted = found.filter(
    ({ name, state }) => name === backups?.volume && state !== undefined && state !== known.state,
  );
  const foreign = [...sort(found, stack, known).foreign, ...wanted];
  if (foreign.length > 0) return foreignText(stack, foreign, known);
  const planned = cluster.databases.map(({ dataVolume }) => dataVolume);
  const behind = leftBehind(found, stack, known, planned);
  return behind.length > 0 ? renamedText(stack, behind) : undefined;
}
