import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { BACKUP_SCRIPTS } from "../../components/mysqlBackup/mysqlBackup.ts";
import { DATA_FOLDER } from "../../components/mysqlCluster/definitions.ts";
import { engineLabels, REPLACES_LABEL } from "../../engine/labels.ts";
import { separated } from "../../engine/streams.ts";
import type { BackupPlan } from "../../topology/databasePlan.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Find, hasProcesses } from "../stack/find.ts";
import type { Choice } from "./choice.ts";
import { type Restored, restored } from "./listing.ts";

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
  const own = await find(plan.name);
  if (own === undefined || !hasProcesses(own.state)) throw new Error(`${plan.name} does not run: npm run up`);
  const { engine } = own;
  const { Image, Mounts, Config } = await own.container.inspect();
  // The working folder is the container's own; files and backups are shared with the backup container.
  const shared = Mounts.filter(({ Destination }) => Destination !== DATA_FOLDER);

  const labels = { ...engineLabels({ project, stack }, { state }), [REPLACES_LABEL]: plan.timeline };
  await engine.createVolume({ Name: volume, Labels: labels });
  try {
    const container = await engine.createContainer({
      Image,
      Labels: engineLabels({ project, stack }, { state, purpose: "restore" }),
      User: "999:999",
      Entrypoint: ["bash"],
      Cmd: [`${BACKUP_SCRIPTS}/restore.sh`, backup.name, primary, until],
      Env: [
        `STACK=${project}/${stack}`,
        `APPLICATION_DATABASE=${database}`,
        `TIMELINE=${plan.timeline}`,
        ...Config.Env.filter((variable) => variable.startsWith("UNAUTHENTICATED_UNTIL=")),
        ...(backup.authentic ? [] : ["ACCEPT_UNAUTHENTICATED=yes"]),
      ],
      HostConfig: {
        Binds: [...shared.map(({ Name, Destination }) => `${Name}:${Destination}:ro`), `${volume}:${DATA_FOLDER}`],
        NetworkMode: "none",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
        GroupAdd: ["0"],
        Init: true,
        Memory: plan.memoryMb * 1024 * 1024,
        Tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=16m,uid=999,gid=999,mode=0750" },
      },
    });
    // A container that does not run yet cannot be killed: the signal is checked again after its start.
    const end = () => void container.kill().catch(() => {});
    signal.addEventListener("abort", end);
    try {
      return await finished(engine, container, progress, signal);
    } finally {
      signal.removeEventListener("abort", end);
      await container.remove({ force: true, v: true });
    }
  } catch (error) {
    await engine.getVolume(volume).remove();
    throw error;
  }
}

async function finished(
  engine: Docker,
  container: Docker.Container,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<Restored> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const { stdout, stderr } = separated(engine, stream);
  const lines: string[] = [];
  createInterface({ input: stderr }).on("line", (line) => {
    lines.push(line);
    if (!line.startsWith(FAILURE)) progress(line);
  });
  const answer = text(stdout);
  await container.start();
  signal.throwIfAborted();
  const { StatusCode } = await container.wait();
  const result = await answer;
  signal.throwIfAborted();
  if (StatusCode !== 0) throw new Error((lines.at(-1) ?? "the restore failed").replace(FAILURE, ""));
  return restored.parse(JSON.parse(result));
}

const FAILURE = "error: ";
