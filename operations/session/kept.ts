import { dataOf, locate } from "../../ownership/found.ts";
import { type Known, knownToExport } from "../../ownership/known.ts";
import { keptText, stayText } from "../../ownership/report.ts";
import { cli } from "../stack/cli.ts";
import { atAll, stackEngines } from "../stack/engines.ts";
import { PROJECT } from "../stack/project.ts";
import { readStack } from "../stack/stack.ts";
import type { Session } from "./pulumi.ts";
import { say } from "./terminal.ts";

/** Names the data volumes that the last update has removed from the state and that are still on the engine. */
export async function sayKept(session: Session, before: Known): Promise<void> {
  const planned = await plannedVolumes(session.stack);
  if (before.retained.every((volume) => planned.has(volume))) return;
  const after = knownToExport(await cli(session, ["stack", "export"]));
  const { results } = await atAll(await stackEngines(session.stack), ({ client }) => locate(client, PROJECT));
  const kept = results
    .flat()
    .filter(({ kind, name }) => kind === "volume" && before.retained.includes(name) && !after.ids.has(name));
  if (kept.length > 0) say(keptText(kept, after));
}

/** Names the volumes with data that stay on the engines after the stack is removed. */
export async function sayStaying({ stack, reference }: Session, { state }: Known): Promise<void> {
  const { results } = await atAll(await stackEngines(stack), ({ client }) => locate(client, PROJECT));
  const staying = dataOf(results.flat(), stack, state);
  if (staying.length > 0) say(stayText(staying, reference));
}

/** The data volumes that the stack's file plans; none if the stack has no file. */
async function plannedVolumes(stack: string): Promise<ReadonlySet<string | undefined>> {
  const read = await readStack(stack).catch(() => undefined);
  if (read === undefined) return new Set();
  const { cluster, backups, loadBalancers, application } = read.topology;
  return new Set([
    ...cluster.databases.map(({ dataVolume }) => dataVolume),
    backups?.volume,
    ...application.storage.map(({ volume }) => volume),
    ...loadBalancers.map(({ site, certificateVolume }) => site.acme && certificateVolume),
  ]);
}
