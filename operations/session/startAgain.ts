import { PURPOSE_LABEL } from "../../engine/labels.ts";
import type { Known } from "../../ownership/known.ts";
import { atAll, stackEngines } from "../stack/engines.ts";
import { PROJECT } from "../stack/project.ts";
import { readStack } from "../stack/stack.ts";
import { startStopped } from "../stack/stopping.ts";
import { isWhole } from "./attendance.ts";
import { isBusy } from "./busy.ts";
import type { Session } from "./pulumi.ts";
import { say } from "./terminal.ts";

/**
 * Starts what the state knows and somebody has stopped, for an `up` of the whole stack. Nothing is started while another
 * run may be at work, which can have stopped it: with a backend that does not show its locks that is unknown. A database
 * with other data than those of the settings is not started, because a restore has stopped it. Without an engine or
 * with a malformed file nothing is started, and the program says why.
 */
export async function startAgain(session: Session, { ids }: Known): Promise<void> {
  const { stack, rest, backend } = session;
  if (!isWhole(rest) || backend.folder === undefined || (await isBusy(session))) return;
  const topology = await readStack(stack).then(
    (read) => read.topology,
    () => undefined,
  );
  if (topology === undefined) return;
  const wanted = topology.cluster.databases.map(({ dataVolume }) => dataVolume);
  const isOtherData = (volume: string) => volume.startsWith(`${PROJECT}-${stack}-mysql-`) && !wanted.includes(volume);
  const { results } = await atAll(await stackEngines(stack), ({ client }) =>
    startStopped(
      client,
      ids,
      ({ Mounts, Labels }) =>
        !(PURPOSE_LABEL in Labels) && !Mounts.some(({ Name }) => Name !== undefined && isOtherData(Name)),
    ),
  );
  for (const name of results.flat()) say(`started ${name}, which had been stopped`);
}
