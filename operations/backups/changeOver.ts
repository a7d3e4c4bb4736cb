import type { Topology } from "../../topology/plan.ts";
import { nodesOf } from "../database/nodes.ts";
import { bringUp } from "../session/bringUp.ts";
import type { Session } from "../session/pulumi.ts";
import { say } from "../session/terminal.ts";
import type { StackContainers } from "../stack/containers.ts";
import { hasProcesses } from "../stack/find.ts";
import { removeSetting, setSetting } from "../stack/setting.ts";

const RESTORED = "mysql.restored";

/** Seconds that a database has to stop in good order. */
const STOP_SECONDS = 60;

/**
 * Stops all databases before the first starts with other data: a replica that found the old primary would take the old
 * data from it. Then says whose data they have.
 * @param name says it: names the restore in the stack's settings
 * @throws Error where one does not stop or cannot be told, and where the signal has ended it; they run again then, with
 *   the data that they had
 */
export async function stopDatabases(
  containers: Pick<StackContainers, "find">,
  topology: Topology,
  signal: AbortSignal,
  name: () => Promise<unknown>,
): Promise<void> {
  say("stopping the databases; the application waits");
  const stopped: string[] = [];
  try {
    for (const { name: service } of topology.cluster.databases) {
      const found = await containers.find(service);
      if (found === undefined || !hasProcesses(found.state)) continue;
      signal.throwIfAborted();
      stopped.push(service);
      await found.container.stop({ t: STOP_SECONDS });
    }
    signal.throwIfAborted();
    await name();
  } catch (error) {
    say("starting the databases again");
    const nodes = nodesOf(containers);
    for (const service of stopped) await nodes.start(service);
    throw error;
  }
}

/** Names the restore whose data the databases are to have; undefined: the first ones. */
export async function nameRestore(session: Session, restored: string | undefined): Promise<void> {
  if (restored === undefined) await removeSetting(session, RESTORED);
  else await setSetting(session, RESTORED, restored);
}

/**
 * Gives the databases, which do not run, the data of the restore that the settings name. Resolves to the exit code.
 * @param topology as it is until now
 * @param restored undefined: the first data
 */
export async function changeOver(session: Session, topology: Topology, restored: string | undefined): Promise<number> {
  const rest = ["--yes", "--skip-preview", ...session.rest];
  const exitCode = await bringUp({ ...session, rest }, { saysKept: false });
  const kept = topology.cluster.databases.map(({ dataVolume }) => dataVolume).join(" ");
  say(`the data from before are kept: ${kept}
    remove:    docker volume rm ${kept}${restored === undefined ? "" : "\n    put back:  npm run restore -- --undo"}`);
  return exitCode;
}
