import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { cacheRoot } from "../bootstrap/cache.ts";
import { ROOT } from "../operations/stack/project.ts";
import { docker } from "./engine.ts";
import { namespacesMissing } from "./firewall/namespaces.ts";
import { USUAL_IMAGES } from "./images.ts";

const BECOME = fileURLToPath(new URL("ownMachine.sh", import.meta.url));
/** Names, on such a machine, the file with the images. */
const IMAGES_FILE = "FOOBAR_TEST_IMAGES";

/** The reason why this machine cannot become several ones; undefined: it can. */
export async function ownMachineMissing(): Promise<string | undefined> {
  const reason = await namespacesMissing();
  if (reason !== undefined) return reason;
  return execa("dockerd", ["--version"]).then(
    () => undefined,
    () => "there is no dockerd to be run once more",
  );
}

/**
 * Runs a test file on a machine of its own, where it may stop the engine: a machine with the default images, and without
 * an engine as yet. The file's report is printed.
 * @param folder an existing one, for the machine's disk
 * @returns whether it has passed
 */
export async function passesOnOwnMachine(file: string, folder: string): Promise<boolean> {
  const [data, state, images] = [join(folder, "docker"), join(folder, "engine"), join(folder, "images.tar")];
  await mkdir(data);
  await mkdir(state);
  await docker("save", "--output", images, ...USUAL_IMAGES);
  const { exitCode } = await execa(
    "unshare",
    [
      ...["--mount", "--net", "--pid", "--fork", "--kill-child", "bash", BECOME],
      ...[`${data}:/var/lib/docker`, `${state}:${join(cacheRoot(), "engine")}`, "--"],
      ...["mocha", file],
    ],
    {
      cwd: ROOT,
      preferLocal: true,
      env: { [IMAGES_FILE]: images },
      stdout: "inherit",
      stderr: "inherit",
      reject: false,
    },
  );
  return exitCode === 0;
}

/** The file with the images for a machine of its own; undefined: this is none. */
export function imagesOfOwnMachine(): string | undefined {
  return process.env[IMAGES_FILE];
}
