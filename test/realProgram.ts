import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

export interface ProgramRun {
  readonly image: string;
  /** Text files by name, mounted read-only. */
  readonly files: Readonly<Record<string, string>>;
  /** Their folder in the container. */
  readonly folder: string;
  readonly command: readonly string[];
  /** `uid:gid` */
  readonly user: string;
  /** Names that resolve to the loopback address. */
  readonly hosts?: readonly string[];
}

/**
 * Runs a program of an image with these files, hardened as in the stack; rejects with the program's output if it fails.
 */
export async function runProgram({ image, files, folder, command, user, hosts = [] }: ProgramRun): Promise<void> {
  const source = await mkdtemp(join(tmpdir(), "foobar-"));
  try {
    await execa("chmod", ["755", source]);
    for (const [name, text] of Object.entries(files)) await writeFile(join(source, name), text, { mode: 0o644 });
    const [program = "", ...args] = command;
    const uid = user.split(":")[0];
    await execa("docker", [
      ...["run", "--rm", "--read-only", "--cap-drop=ALL", `--user=${user}`, "--network=none"],
      ...hosts.map((name) => `--add-host=${name}:127.0.0.1`),
      ...["/tmp", "/run/haproxy"].map((path) => `--tmpfs=${path}:uid=${uid},mode=0750`),
      `--volume=${source}:${folder}:ro`,
      `--entrypoint=${program}`,
      image,
      ...args,
    ]);
  } finally {
    await rm(source, { recursive: true });
  }
}
