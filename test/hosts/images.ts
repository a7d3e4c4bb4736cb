import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { homeOf, type TestHost } from "./machines.ts";

/** The part of an engine's folder that holds its images, when it keeps them in this way. */
const DRIVER = "overlay2";
const PARTS = [DRIVER, "image"] as const;

/** Boots hosts, whose disks are empty, with images of this machine's engine. */
export async function bootWithImages(
  folder: string,
  [first, ...others]: readonly TestHost[],
  images: readonly string[],
  boot: (name: string) => Promise<unknown>,
): Promise<void> {
  if (first === undefined) return;
  await boot(first.name);
  if (images.length > 0) await load(folder, first, images);
  const isCopied = (await first.engine.info()).Driver === DRIVER;
  await Promise.all(
    others.map(async (host) => {
      if (isCopied) await copy(disk(folder, first), disk(folder, host));
      await boot(host.name);
      if (!isCopied && images.length > 0) await load(folder, host, images);
    }),
  );
}

async function load(folder: string, { name }: TestHost, images: readonly string[]): Promise<void> {
  await execa("docker", ["save", ...images], { buffer: false }).pipe("docker", [
    "--host",
    `unix://${join(homeOf(folder, name), "docker.sock")}`,
    "load",
  ]);
}

/**
 * Gives an engine that has never run the images of another one. Their files can be the same ones: an engine writes them
 * once, replaces its lists as a whole, and containers have layers of their own for what they change. What an engine
 * changes in place, its databases and its identity, is elsewhere.
 */
async function copy(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await execa("cp", ["--archive", "--link", ...PARTS.map((part) => join(from, part)), to]);
}

/** The folder of a host's engine. */
function disk(folder: string, { name }: TestHost): string {
  return join(homeOf(folder, name), "disk", "docker");
}
