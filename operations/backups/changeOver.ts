import type { ApplicationPlan, ProcessPlan } from "../../topology/applicationPlan.ts";
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
 * old data. Before them it stops an application whose storages get other volumes, because it would go on writing to the
 * former ones. Then sets the restore whose data they get.
 * @param name sets the restore in the stack's settings
 * @throws Error if a database does not stop, if the setting fails, or if the signal aborts; everything then runs again
 *   with its former data
 */
export async function stopDatabases(
  containers: Pick<StackContainers, "find">,
  topology: Topology,
  signal: AbortSignal,
  name: () => Promise<unknown>,
): Promise<void> {
  const users = usersOfStorages(topology);
  say(
    users.length === 0
      ? "stopping the databases; the application waits"
      : "stopping the application, which has its files in storages, and the databases",
  );
  const stopped: string[] = [];
  const applications: string[] = [];
  try {
    await Promise.all(
      users.map(async ({ name: service, run }) => {
        const found = await containers.find(service);
        if (found === undefined || !hasProcesses(found.state)) return;
        signal.throwIfAborted();
        applications.push(service);
        await found.container.stop({ t: run.stopSeconds });
      }),
    );
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
    say(users.length === 0 ? "starting the databases again" : "starting the databases and the application again");
    await startAll(nodesOf(containers), [...stopped, ...applications]).catch((failure: Error) => say(failure.message));
    throw error;
  }
}

/** The containers of the application, if a restore gives it other volumes. */
function usersOfStorages({ application, applications, processes }: Topology): (ApplicationPlan | ProcessPlan)[] {
  return application.storage.some(({ isShared }) => !isShared) ? [...applications, ...processes] : [];
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
  const storages = topology.application.storage.filter(({ isShared }) => !isShared);
  const kept = [
    ...topology.cluster.databases.map(({ dataVolume }) => dataVolume),
    ...storages.map(({ volume }) => volume),
  ].join(" ");
  say(`the former data is kept in ${kept}
    remove:    docker volume rm ${kept}${restored === undefined ? "" : "\n    put back:  npm run restore -- --undo"}`);
  return exitCode;
}
