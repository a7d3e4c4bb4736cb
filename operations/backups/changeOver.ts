import type Docker from "dockerode";
import { labelFilter } from "../../engine/labels.ts";
import type { Topology } from "../../topology/plan.ts";
import { bringUp } from "../session/bringUp.ts";
import type { Session } from "../session/pulumi.ts";
import { say } from "../session/terminal.ts";
import { removeSetting, setSetting } from "../stack/setting.ts";

const RESTORED = "mysql.restored";

/** Seconds that a database has to stop in good order. */
const STOP_SECONDS = 60;

/**
 * Gives the databases the data of a restore, or the first ones. All of them stop before the first starts with other
 * data: a replica that found the old primary would take the old data from it. Resolves to the exit code.
 * @param topology as it is until now
 * @param restored undefined: the first data
 */
export async function changeOver(
  session: Session,
  engine: Docker,
  topology: Topology,
  restored: string | undefined,
): Promise<number> {
  say("stopping the databases; the application waits");
  for (const { name } of topology.cluster.databases) {
    for (const { Id } of await engine.listContainers({ filters: { label: labelFilter(topology, name) } })) {
      await engine.getContainer(Id).stop({ t: STOP_SECONDS });
    }
  }
  if (restored === undefined) await removeSetting(session, RESTORED);
  else await setSetting(session, RESTORED, restored);
  const exitCode = await bringUp({ ...session, rest: ["--yes", "--skip-preview"] }, { saysKept: false });
  const kept = topology.cluster.databases.map(({ dataVolume }) => dataVolume).join(" ");
  say(`the data from before are kept: ${kept}
    remove:    docker volume rm ${kept}${restored === undefined ? "" : "\n    put back:  npm run restore -- --undo"}`);
  return exitCode;
}
