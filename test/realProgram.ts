import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { SECRETS_FOLDER } from "../components/files.ts";

export interface ProgramRun {
  readonly image: string;
  /** Text files by name, mounted read-only. */
  readonly files: Readonly<Record<string, string>>;
  /** Their folder in the container. */
  readonly folder: string;
  /** Text files by name in /run/secrets. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** `uid:gid` */
  readonly user: string;
  /** Names that resolve to the loopback address. */
  readonly hosts?: readonly string[];
}

/**
 * Runs a program of an image with these files, hardened as in the stack; rejects with the program's output if it fails.
 */
export async function runProgram(run: ProgramRun): Promise<void> {
  const { image, files, folder, secrets = {}, command, user, hosts = [] } = run;
  const source = await mkdtemp(join(tmpdir(), "foobar-"));
  try {
    await execa("chmod", ["755", source]);
    for (const [part, texts] of Object.entries({ files, secrets })) {
      await mkdir(join(source, part));
      for (const [name, text] of Object.entries(texts))
        await writeFile(join(source, part, name), text, { mode: 0o644 });
    }
    const [program = "", ...args] = command;
    const uid = user.split(":")[0];
    await execa("docker", [
      ...["run", "--rm", "--read-only", "--cap-drop=ALL", `--user=${user}`, "--network=none"],
      ...hosts.map((name) => `--add-host=${name}:127.0.0.1`),
      ...["/tmp", "/run/haproxy"].map((path) => `--tmpfs=${path}:uid=${uid},mode=0750`),
      `--volume=${source}/files:${folder}:ro`,
      `--volume=${source}/secrets:${SECRETS_FOLDER}:ro`,
      `--entrypoint=${program}`,
      image,
      ...args,
    ]);
  } finally {
    await rm(source, { recursive: true });
  }
}
