import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { BACKUP_SCRIPTS } from "../../components/mysqlBackup/folders.ts";
import { engineLabels, type StackIdentity } from "../../engine/labels.ts";
import { separated } from "../../engine/streams.ts";
import type { BackupPlan } from "../../topology/databasePlan.ts";
import { type Find, hasProcesses } from "../stack/find.ts";

/** A line of standard error that begins so is the reason of a failure. */
const FAILURE = "error: ";

/** The stack's container that takes backups, of which tasks have the image, the keys and the backups. */
export interface Origin {
  readonly engine: Docker;
  readonly image: string;
  readonly mounts: readonly { readonly Name?: string | undefined; readonly Destination: string }[];
  readonly environment: readonly string[];
}

/** @throws Error if the container does not run */
export async function originOf(find: Find, { name }: Pick<BackupPlan, "name">): Promise<Origin> {
  const own = await find(name);
  if (own === undefined || !hasProcesses(own.state)) throw new Error(`${name} does not run: npm run up`);
  const { Image, Mounts, Config } = await own.container.inspect();
  return { engine: own.engine, image: Image, mounts: Mounts, environment: Config.Env };
}

/** What a container for a task of a restore has and does. */
export interface Task {
  readonly image: string;
  /** `uid:gid` */
  readonly user: string;
  /** A script and its arguments. */
  readonly command: readonly string[];
  readonly environment?: readonly string[];
  readonly binds: readonly string[];
  /** Names without CAP_. */
  readonly capabilities?: readonly string[];
  readonly memoryMb: number;
}

/** A task in the image of the backups, with their scripts, keys and files. */
export function backupTask(
  { image, mounts, environment }: Origin,
  { project, stack }: StackIdentity,
  plan: Pick<BackupPlan, "timeline" | "memoryMb">,
  task: {
    readonly script: string;
    readonly arguments: readonly string[];
    readonly environment?: readonly string[];
    /** Paths of mounts that the task does not share. */
    readonly without: readonly string[];
    readonly binds: readonly string[];
  },
): Task {
  const shared = mounts.filter(({ Destination }) => !task.without.includes(Destination));
  return {
    image,
    user: "999:999",
    command: [`${BACKUP_SCRIPTS}/${task.script}`, ...task.arguments],
    environment: [
      `STACK=${project}/${stack}`,
      `TIMELINE=${plan.timeline}`,
      ...environment.filter((variable) => variable.startsWith("UNAUTHENTICATED_UNTIL=")),
      ...(task.environment ?? []),
    ],
    binds: [...shared.map(({ Name, Destination }) => `${Name}:${Destination}:ro`), ...task.binds],
    memoryMb: plan.memoryMb,
  };
}

/**
 * Runs a task in a container without a network; resolves to its standard output.
 * @param progress receives standard error, line by line
 * @param signal ends the task
 * @throws Error with the last line of standard error, if the task fails
 */
export async function runTask(
  engine: Docker,
  identity: StackIdentity & { readonly state: string | undefined },
  task: Task,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(task.user) ?? [];
  const container = await engine.createContainer({
    Image: task.image,
    Labels: engineLabels(identity, { state: identity.state, purpose: "restore" }),
    User: task.user,
    Entrypoint: ["bash"],
    Cmd: [...task.command],
    Env: [...(task.environment ?? [])],
    HostConfig: {
      Binds: [...task.binds],
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      ...(task.capabilities === undefined ? {} : { CapAdd: [...task.capabilities] }),
      SecurityOpt: ["no-new-privileges:true"],
      GroupAdd: ["0"],
      Init: true,
      Memory: task.memoryMb * 1024 * 1024,
      Tmpfs: { "/tmp": `rw,noexec,nosuid,nodev,size=16m,uid=${uid},gid=${gid},mode=0750` },
    },
  });
  // A container that does not run yet cannot be killed: the signal is checked again after its start.
  const end = () => void container.kill().catch(() => {});
  signal.addEventListener("abort", end);
  try {
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
    return result;
  } finally {
    signal.removeEventListener("abort", end);
    await container.remove({ force: true, v: true });
  }
}
