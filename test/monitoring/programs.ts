import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type ImageName, schema } from "../../config/schema.ts";
import { engine, engineMissing } from "../engine.ts";

/** Why a program of monitoring's images cannot run here; undefined: it can. */
export async function programMissing(...images: readonly ImageName[]): Promise<string | undefined> {
  const reason = await engineMissing();
  if (reason !== undefined) return reason;
  const names = schema.shape.images.parse(undefined);
  for (const key of images) {
    const found = await engine
      .getImage(names[key])
      .inspect()
      .catch(() => undefined);
    if (found === undefined) return `the engine has no image ${names[key]}`;
  }
  return undefined;
}

/** What a program has said, and whether it succeeded. */
export interface Outcome {
  readonly isSuccess: boolean;
  readonly output: string;
}

/**
 * Runs a program of an image with files in a folder, as in the stack: as nobody, without a network.
 * @param folder the folder in the container
 */
export async function runWithFiles(
  image: ImageName,
  program: string,
  args: readonly string[],
  { folder, files }: { readonly folder: string; readonly files: Readonly<Record<string, string>> },
): Promise<Outcome> {
  const host = await mkdtemp(join(tmpdir(), "foobar-monitoring-"));
  try {
    await execa("chmod", ["0755", host]);
    for (const [name, text] of Object.entries(files)) await writeFile(join(host, name), text);
    const { all, exitCode } = await execa(
      "docker",
      [
        ...["run", "--rm", "--network=none", "--user=65534:65534", "--read-only", "--cap-drop=ALL", "--tmpfs=/tmp"],
        ...[`--volume=${host}:${folder}:ro`, `--workdir=${folder}`, `--entrypoint=${program}`],
        ...[schema.shape.images.parse(undefined)[image], ...args],
      ],
      { all: true, reject: false },
    );
    return { isSuccess: exitCode === 0, output: all };
  } finally {
    await rm(host, { recursive: true });
  }
}
