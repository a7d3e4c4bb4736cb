import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BACKUP_SCRIPTS } from "../components/mysqlBackup/folders.ts";
import { BACKUP_FOLDER, backupScripts } from "../components/mysqlBackup/mysqlBackup.ts";
import { parseConfig } from "../config/config.ts";
import { devConfig } from "./devConfig.ts";
import { docker } from "./engine.ts";
import { createTestStack } from "./stacks.ts";

const { images } = parseConfig("foobar", "dev", devConfig());
const SCRIPTS = fileURLToPath(new URL("backupStage", import.meta.url));

const ENVIRONMENT = {
  STACK: "foobar/test",
  TIMELINE: "first",
  MEMBERS: "member.test",
  APPLICATION_DATABASE: "foobar",
  EVERY_HOURS: "24",
  KEEP: "7",
  ARCHIVE_SECONDS: "3600",
  UNAUTHENTICATED_UNTIL: "",
  METRICS: "/tmp/figures",
};

/** The result of one restore from the folder. */
export interface Restored {
  /** The last line of its output. */
  readonly says: string;
  /** The output of list.sh. */
  readonly list: string;
}

/** Backups of a database, taken by the stack's own scripts, and a container like the stack's to restore them in. */
export interface BackupStage {
  /** Runs a restore for each script, which changes a copy of the folder first: backupStage/restore.sh. */
  restore(scripts: readonly string[]): Promise<Restored[]>;
  /** Runs a line of bash in the folder of the scripts and their results; resolves to its output. */
  run(line: string): Promise<string>;
  remove(): Promise<void>;
}

/**
 * Takes the backups that backupStage/take.sh lists.
 * @param key the stack's key, of 64 characters
 */
export async function createBackupStage(key: string): Promise<BackupStage> {
  const { name, folder: home, labels, remove } = await createTestStack();
  await chmod(home, 0o755);
  const folder = async (of: string, files: Readonly<Record<string, string>>) => {
    await mkdir(join(home, of));
    for (const [file, text] of Object.entries(files)) await writeFile(join(home, of, file), text);
  };
  await folder("scripts", backupScripts());
  const [secrets, stage] = [`${name}-secrets`, `${name}-stage`];
  const volumes = [`--volume=${secrets}:/run/secrets`, `--volume=${stage}:/stage`];
  for (const volume of [secrets, stage]) await docker("volume", "create", ...labels, volume);
  await docker(
    ...["run", "--rm", ...labels, "--network=none", ...volumes, "--entrypoint=bash", images.mysql, "-c"],
    `printf %s ${key} >/run/secrets/backup-key; chown -R 999:999 /run/secrets /stage`,
  );

  const start = (mounts: readonly string[], ...command: readonly string[]) =>
    docker(
      ...["run", "--rm", ...labels, "--init", "--read-only", "--cap-drop=ALL", "--user=999:999"],
      ...["--network=none", "--add-host=member.test:127.0.0.1"],
      ...Object.entries(ENVIRONMENT).map(([variable, value]) => `--env=${variable}=${value}`),
      ...["/tmp", "/member", "/var/lib/mysql", BACKUP_FOLDER].map(
        (path) => `--tmpfs=${path}:uid=999,gid=999,mode=0750`,
      ),
      ...[...volumes, `--volume=${join(home, "scripts")}:${BACKUP_SCRIPTS}:ro`, `--volume=${SCRIPTS}:/test:ro`],
      ...[...mounts, "--entrypoint=bash", images.mysql, ...command],
    );
  await start([], "/test/take.sh");

  let rounds = 0;
  return {
    async restore(scripts) {
      const cases = `cases${rounds++}`;
      const numbers = scripts.map((_, number) => String(number));
      await folder(cases, Object.fromEntries(scripts.map((script, number) => [String(number), script])));
      const lines = await start([`--volume=${join(home, cases)}:/cases:ro`], "/test/restore.sh", ...numbers);
      const text = (encoded: string) => Buffer.from(encoded, "base64").toString();
      return lines.split("\n").map((line) => {
        const { says, list } = JSON.parse(line);
        return { says: text(says), list: text(list) };
      });
    },
    run: (line) => start([], "-c", line),
    remove,
  };
}
