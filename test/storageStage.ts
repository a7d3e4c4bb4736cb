import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { BACKUP_SCRIPTS } from "../components/mysqlBackup/folders.ts";
import { BACKUP_FOLDER, backupScripts } from "../components/mysqlBackup/mysqlBackup.ts";
import { READER_SCRIPTS, readerScripts } from "../components/storageReader/storageReader.ts";
import { parseConfig } from "../config/config.ts";
import { devConfig } from "./devConfig.ts";
import { docker } from "./engine.ts";
import { createTestStack } from "./stacks.ts";

const { images } = parseConfig("foobar", "dev", devConfig());
const STAGE = fileURLToPath(new URL("storageStage", import.meta.url));

const ENVIRONMENT = {
  STACK: "foobar/test",
  TIMELINE: "first",
  ENCRYPTED: "true",
  ARCHIVE_SECONDS: "3600",
  KEEP: "7",
  UNAUTHENTICATED_UNTIL: "",
  STORAGES: "media,uploads",
};

/** The result of a restore: the output of each side, whether it failed or not. */
export interface StageRestore {
  readonly sent: string;
  readonly unpacked: string;
  /** A line for each file of the restored volume `uploads`. */
  readonly files: string;
}

/** Containers as those of a stack, with two storages, a reader, and the container of the backups without a database. */
export interface StorageStage {
  /** Runs a line of bash in the storages, as root with all capabilities; resolves to its output. */
  application(line: string): Promise<string>;
  /** Runs a line of bash in the container of the backups, after storageStage/backups.sh. */
  backups(line: string): Promise<string>;
  /** Restores into new volumes. `change` changes a copy of the folder of the backups before it. */
  restore(until: string, options?: { readonly change?: string; readonly aside?: string }): Promise<StageRestore>;
  remove(): Promise<void>;
}

export async function createStorageStage(): Promise<StorageStage> {
  const { name, folder: home, labels, remove } = await createTestStack();
  await chmod(home, 0o755);
  const scripts = async (of: string, files: Readonly<Record<string, string>>) => {
    await mkdir(join(home, of));
    for (const [file, text] of Object.entries(files)) await writeFile(join(home, of, file), text);
  };
  await scripts("backup", backupScripts());
  await scripts("reader", readerScripts());
  const volume = (of: string) => `${name}-${of}`;
  const bind = (of: string, path: string) => `--volume=${volume(of)}:${path}`;
  for (const part of ["exchange", "secrets", "uploads", "media", "backups"]) {
    await docker("volume", "create", ...labels, volume(part));
  }
  const hardened = ["--init", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none"];
  const bare = ["run", "--rm", ...labels, "--network=none", "--user=0:0", "--entrypoint=bash"];
  const reading = [`--volume=${join(home, "reader")}:${READER_SCRIPTS}:ro`, bind("exchange", "/exchange")];
  const ofBackups = (backups: string, memory: readonly string[]) => [
    ...[...hardened, "--user=999:999", bind("exchange", "/exchange"), bind("secrets", "/run/secrets:ro")],
    ...memory.map((path) => `--tmpfs=${path}:uid=999,gid=999,mode=0750`),
    ...Object.entries(ENVIRONMENT).map(([variable, value]) => `--env=${variable}=${value}`),
    ...[`--volume=${join(home, "backup")}:${BACKUP_SCRIPTS}:ro`, `--volume=${STAGE}:/test:ro`, backups],
    "--entrypoint=bash",
  ];
  await docker(...bare, bind("exchange", "/tmp"), images.router, "-c", "true");
  await docker(
    ...[...bare, bind("secrets", "/run/secrets"), bind("backups", BACKUP_FOLDER), images.mysql, "-c"],
    `printf %064d 7 >/run/secrets/backup-key; chown -R 999:999 /run/secrets ${BACKUP_FOLDER}`,
  );
  const storages = ["uploads", "media"];
  await docker(
    ...["run", "--detach", `--name=${name}-reader`, ...labels, ...hardened, "--user=0:0", "--cap-add=DAC_READ_SEARCH"],
    ...["--tmpfs=/tmp", ...reading, ...storages.map((of) => bind(of, `/storage/${of}:ro`))],
    ...["--entrypoint=bash", images.router, `${READER_SCRIPTS}/reader.sh`],
  );
  await docker(
    ...["run", "--detach", `--name=${name}-backups`, ...labels],
    ...ofBackups(bind("backups", BACKUP_FOLDER), ["/tmp", "/var/lib/mysql"]),
    ...[images.mysql, "-c", "sleep infinity"],
  );

  let rounds = 0;
  return {
    application: (line) =>
      docker(...bare, ...storages.map((of) => bind(of, `/storage/${of}`)), images.router, "-c", `cd /storage; ${line}`),
    backups: (line) => docker("exec", `${name}-backups`, "bash", "-c", `. /test/backups.sh; ${line}`),
    async restore(until, { change = "", aside = "" } = {}) {
      const round = String(++rounds);
      const restored = volume(`restored${round}`);
      await docker("volume", "create", ...labels, restored);
      const into = `--volume=${restored}:/storage/uploads`;
      const stop = new AbortController();
      const run = (...args: readonly string[]) =>
        execa("docker", args, { all: true, reject: false, cancelSignal: stop.signal });
      const sending = run(
        ...["run", "--rm", ...labels, ...ofBackups(bind("backups", "/backups:ro"), ["/tmp", BACKUP_FOLDER])],
        ...[images.mysql, "/test/send.sh", until, round, change],
      );
      const receiver = `${name}-receiver${round}`;
      const receiving = run(
        ...["run", "--rm", `--name=${receiver}`, ...labels, ...hardened, "--user=0:0", ...reading, into],
        ...["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"].map((one) => `--cap-add=${one}`),
        ...[`--env=ASIDE=${aside}`, "--env=INTO=.restored", "--entrypoint=bash", images.router],
        ...[`${READER_SCRIPTS}/unpack.sh`, "from", round],
      );
      const sent = await sending;
      // Nothing comes to it from a sender that has failed.
      if (sent.exitCode !== 0) await docker("rm", "--force", receiver).catch(() => {});
      const unpacked = await receiving;
      const files = await docker(...bare, into, `--volume=${STAGE}:/test:ro`, images.router, "/test/files.sh");
      return { sent: sent.all ?? "", unpacked: unpacked.all ?? "", files };
    },
    remove,
  };
}
