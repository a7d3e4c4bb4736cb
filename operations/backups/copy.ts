import { DATA_FOLDER } from "../../components/mysqlCluster/folders.ts";
import { EXCHANGE_FOLDER } from "../../components/storageReader/storageReader.ts";
import { engineLabels, REPLACES_LABEL } from "../../engine/labels.ts";
import type { BackupPlan } from "../../topology/databasePlan.ts";
import type { Topology } from "../../topology/plan.ts";
import type { Find } from "../stack/find.ts";
import type { Choice } from "./choice.ts";
import { type Restored, restored } from "./listing.ts";
import { backupTask, originOf, runTask } from "./task.ts";

/** The order to build a copy. A backup that is not authentic is accepted here: the user has been asked before. */
export interface CopyOrder extends Choice {
  /** The volume to create and fill. */
  readonly volume: string;
  /** The member that will use the data. */
  readonly primary: string;
  /** The mark of the stack's state; undefined: it has none yet. */
  readonly state: string | undefined;
}

/**
 * Restores into a new volume, in a container without network that has the mounts of the stack's backup container.
 * @param progress receives the progress, line by line
 * @param signal aborts the work
 * @throws Error with the reason; the volume is removed then
 */
export async function buildCopy(
  find: Find,
  { project, stack, database }: Pick<Topology, "project" | "stack" | "database">,
  plan: BackupPlan,
  { backup, until, volume, primary, state }: CopyOrder,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<Restored> {
  const origin = await originOf(find, plan);
  const { engine } = origin;
  const labels = { ...engineLabels({ project, stack }, { state }), [REPLACES_LABEL]: plan.timeline };
  await engine.createVolume({ Name: volume, Labels: labels });
  try {
    const task = backupTask(origin, { project, stack }, plan, {
      script: "restore.sh",
      arguments: [backup.name, primary, until],
      environment: [`APPLICATION_DATABASE=${database}`, ...(backup.authentic ? [] : ["ACCEPT_UNAUTHENTICATED=yes"])],
      // The working folder is the container's own; files and backups are shared with the backup container.
      without: [DATA_FOLDER, EXCHANGE_FOLDER],
      binds: [`${volume}:${DATA_FOLDER}`],
    });
    return restored.parse(JSON.parse(await runTask(engine, { project, stack, state }, task, progress, signal)));
  } catch (error) {
    await engine.getVolume(volume).remove();
    throw error;
  }
}
