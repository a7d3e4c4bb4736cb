import * as pulumi from "@pulumi/pulumi";
import { findOnEngine } from "../ownership/found.ts";
import { type Known, knownToOutputs } from "../ownership/known.ts";
import { leftBehind, renamedText } from "../ownership/renamed.ts";
import { foreignText } from "../ownership/report.ts";
import { sort } from "../ownership/sort.ts";
import type { Topology } from "../topology.ts";
import { engineClient } from "./engine.ts";

/**
 * What the stack's own state knows, as the engine tells a program of any stack's. undefined where a CLI does not: the
 * call is one that the SDK itself does not offer.
 */
export async function ownState({ project, stack }: Topology): Promise<Known | undefined> {
  const stackName = `${pulumi.getOrganization()}/${project}/${stack}`;
  try {
    const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
    return knownToOutputs(outputs);
  } catch (error) {
    await pulumi.log.warn(`whose the stack on the engine is cannot be seen (${error}): npm run up looks by itself`);
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
