import type Docker from "dockerode";
import { DATA_FOLDER } from "../../components/mysqlCluster/folders.ts";
import { EXCHANGE_FOLDER, READER_SCRIPTS, STORAGES_FOLDER } from "../../components/storageReader/storageReader.ts";
import { engineLabels, REPLACES_LABEL, type StackIdentity } from "../../engine/labels.ts";
import type { StoragePlan } from "../../topology/applicationPlan.ts";
import type { BackupPlan } from "../../topology/databasePlan.ts";
import type { Find } from "../stack/find.ts";
import type { Choice } from "./choice.ts";
import { type RestoredStorage, restoredStorage } from "./listing.ts";
import { type Fate, type StorageFate, storageFates } from "./storageFates.ts";
import { backupTask, type Origin, originOf, runTask, type Task } from "./task.ts";

/** The order to restore the storages. */
export interface StorageOrder extends Choice {
  /** The storages as they are now, with the volumes that they have. */
  readonly present: readonly StoragePlan[];
  /** The storages with the volumes that they will have. */
  readonly after: readonly StoragePlan[];
  /** The name of the restore. */
  readonly restore: string;
  /** The mark of the stack's state; undefined: it has none yet. */
  readonly state: string | undefined;
}

/** Storages that are restored and not in use yet. */
export interface RestoredStorages {
  /** undefined: the backup has none. */
  readonly files: RestoredStorage | undefined;
  readonly fates: readonly StorageFate[];
  /** Removes what was restored. */
  remove(): Promise<void>;
}

/** It writes files of any users. */
const UNPACKER = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"];

/** The folder of a shared storage that a restore puts its files into. */
export const asideFolder = (restore: string) => `.restored-${restore}`;

/**
 * Restores the storages on the engine of the backups, into new volumes. A storage that the backup lacks gets the present
 * files. A shared storage keeps its files, and gets the backup's in a folder of its own.
 * @throws Error with the reason; everything that was restored is removed then
 */
export async function buildStorages(
  find: Find,
  identity: StackIdentity,
  plan: BackupPlan,
  order: StorageOrder,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<RestoredStorages> {
  const { present, after, backup, state } = order;
  if (plan.reader === undefined) {
    return { files: undefined, fates: storageFates([], backup.storage), remove: async () => {} };
  }
  const origin = await originOf(find, plan);
  const { engine } = origin;
  const reader = await find(plan.reader.name);
  if (reader === undefined) throw new Error(`${plan.reader.name} does not exist: npm run up`);
  const { Image, Mounts } = await reader.container.inspect();
  const scripts = Mounts.find(({ Destination }) => Destination === READER_SCRIPTS)?.Name;
  const unpacker = {
    engine,
    identity: { ...identity, state },
    image: Image,
    scripts: `${scripts}:${READER_SCRIPTS}:ro`,
  };
  const into = asideFolder(order.restore);
  const made: string[] = [];
  const remove = async () => {
    const shared = after.filter(({ isShared }) => isShared);
    if (shared.length > 0 && backup.storage.length > 0) {
      await unpack(unpacker, ["discard"], { binds: shared.map(bind), environment: [`INTO=${into}`] }).catch(() => {});
    }
    for (const volume of made.splice(0)) await engine.getVolume(volume).remove();
  };
  try {
    for (const { volume, driver, options, isShared } of after) {
      if (isShared) continue;
      signal.throwIfAborted();
      const labels = { ...engineLabels(identity, { state }), [REPLACES_LABEL]: plan.timeline };
      await engine.createVolume({ Name: volume, Driver: driver, DriverOpts: { ...options }, Labels: labels });
      made.push(volume);
    }
    const files =
      backup.storage.length === 0 ? undefined : await fromBackup(origin, plan, order, unpacker, progress, signal);
    const fates = storageFates(after, files?.storages ?? []);
    const copied = named(fates, "copied");
    const there = present.filter(({ name }) => copied.includes(name));
    if (there.length > 0) {
      progress(`copying the present files of ${copied.join(", ")}, which the backup does not have`);
      const binds = [
        ...there.map(({ name, volume }) => `${volume}:/present/${name}:ro`),
        ...after.filter(({ name }) => copied.includes(name)).map(bind),
      ];
      await unpack(unpacker, ["copy"], { binds }, progress, signal);
    }
    return { files, fates, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Sends the files from the container with the keys to the one that may write files of all users, by pipes. */
async function fromBackup(
  origin: Origin,
  plan: BackupPlan,
  { backup, until, after, restore, state }: StorageOrder,
  unpacker: Unpacker,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<RestoredStorage> {
  const exchange = origin.mounts.find(({ Destination }) => Destination === EXCHANGE_FOLDER)?.Name;
  const through = `${exchange}:${EXCHANGE_FOLDER}`;
  const id = `${Date.now()}`;
  const send = backupTask(origin, unpacker.identity, plan, {
    script: "restoreStorage.sh",
    arguments: [backup.name, until, id],
    without: [DATA_FOLDER, EXCHANGE_FOLDER],
    binds: [through],
  });
  const aside = after.filter(({ isShared }) => isShared).map(({ name }) => name);
  const environment = [`ASIDE=${aside.join(",")}`, `INTO=${asideFolder(restore)}`];
  // If one of them fails, the other one would wait for it for ever.
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const ends = <T>(task: Promise<T>) =>
    task.catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
  const results = await Promise.allSettled([
    ends(runTask(origin.engine, { ...unpacker.identity, state }, send, progress, both)),
    ends(unpack(unpacker, ["from", id], { binds: [through, ...after.map(bind)], environment }, progress, both)),
  ]);
  both.throwIfAborted();
  const [sent] = results;
  if (sent.status === "rejected") throw sent.reason;
  return restoredStorage.parse(JSON.parse(sent.value));
}

interface Unpacker {
  readonly engine: Docker;
  readonly identity: StackIdentity & { readonly state: string | undefined };
  readonly image: string;
  readonly scripts: string;
}

function unpack(
  { engine, identity, image, scripts }: Unpacker,
  command: readonly string[],
  { binds, environment = [] }: Pick<Task, "binds" | "environment">,
  progress: (line: string) => void = () => {},
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  const task: Task = {
    image,
    user: "0:0",
    command: [`${READER_SCRIPTS}/unpack.sh`, ...command],
    environment,
    binds: [scripts, ...binds],
    capabilities: UNPACKER,
    memoryMb: 256,
  };
  return runTask(engine, identity, task, progress, signal);
}

const bind = ({ name, volume }: StoragePlan) => `${volume}:${STORAGES_FOLDER}/${name}`;

const named = (fates: readonly StorageFate[], fate: Fate) =>
  fates.filter((one) => one.fate === fate).map(({ name }) => name);
