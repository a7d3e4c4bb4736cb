import type { Topology } from "../../topology/plan.ts";
import { nodesOf, startAll } from "../database/nodes.ts";
import { bringUp } from "../session/bringUp.ts";
import type { Session } from "../session/pulumi.ts";
import { say } from "../session/terminal.ts";
import type { StackContainers } from "../stack/containers.ts";
import { hasProcesses } from "../stack/find.ts";
import { removeSetting, setSetting } from "../stack/setting.ts";

const RESTORED = "mysql.restored";

/** The longest time that a database may take for an orderly stop. */
const STOP_SECONDS = 60;

/**
 * Stops all databases before the first one starts with other data: a replica that found the old primary would clone the
 * old data. Then sets the restore whose data they get.
 * @param name sets the restore in the stack's settings
 * @throws Error if a database does not stop, if the setting fails, or if the signal aborts; the databases then run again
 *   with their former data
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
    await startAll(nodesOf(containers), stopped).catch((failure: Error) => say(failure.message));
    throw error;
  }
}

/** Sets the restore whose data the databases get; undefined: the first data. */
export async function nameRestore(session: Session, restored: string | undefined): Promise<void> {
  if (restored === undefined) await removeSetting(session, RESTORED);
  else await setSetting(session, RESTORED, restored);
}

/**
 * Brings up the stopped databases with the data of the restore in the settings. Resolves to the exit code.
 * @param topology the topology before the change
 * @param restored undefined: the first data
 */
export async function changeOver(session: Session, topology: Topology, restored: string | undefined): Promise<number> {
  const rest = ["--yes", "--skip-preview", ...session.rest];
  const exitCode = await bringUp({ ...session, rest }, { saysKept: false });
  const kept = topology.cluster.databases.map(({ dataVolume }) => dataVolume).join(" ");
  say(`the former data is kept in ${kept}
    remove:    docker volume rm ${kept}${restored === undefined ? "" : "\n    put back:  npm run restore -- --undo"}`);
  return exitCode;
}
