import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import { execa } from "execa";

/** The way in which an engine has to keep images so that their files can be copied. */
export const DRIVER = "overlay2";
const DIGEST = "sha256";
/** The places in an engine's folder. */
const LAYERS = DRIVER;
const INDEX = join("image", DRIVER);
const NAMES = join(INDEX, "repositories.json");

/**
 * Copies images from an engine's folder to that of an engine that has never run. The engine may run: it changes none of
 * these files.
 * @param root the folder of the engine, which keeps images in this way
 * @param to an empty folder
 */
export async function copyImages(engine: Docker, root: string, images: readonly string[], to: string): Promise<void> {
  const names: Record<string, Record<string, string>> = {};
  const paths = new Set<string>();
  for (const image of images) {
    const { Id, RootFS } = await engine.getImage(image).inspect();
    const repository = image.slice(0, image.lastIndexOf(":"));
    names[repository] = { ...names[repository], [image]: Id };
    paths.add(join(INDEX, "imagedb/content", DIGEST, hexOf(Id)));
    for (const chain of chainsOf(RootFS.Layers ?? [])) {
      const entry = join(INDEX, "layerdb", DIGEST, chain);
      const layer = join(LAYERS, await readFile(join(root, entry, "cache-id"), "utf8"));
      const link = await readFile(join(root, layer, "link"), "utf8");
      for (const path of [entry, layer, join(LAYERS, "l", link)]) paths.add(path);
    }
  }
  await mkdir(to, { recursive: true });
  await execa("cp", ["--archive", "--parents", "--reflink=auto", ...paths, to], { cwd: root });
  await writeFile(join(to, NAMES), JSON.stringify({ Repositories: names }));
}

/** The names of an image's layers, each of which counts for what is below it, too. */
function chainsOf(layers: readonly string[]): string[] {
  const chains: string[] = [];
  for (const layer of layers) {
    const below = chains.at(-1);
    chains.push(
      below === undefined ? hexOf(layer) : createHash(DIGEST).update(`${DIGEST}:${below} ${layer}`).digest("hex"),
    );
  }
  return chains;
}

function hexOf(digest: string): string {
  return digest.slice(`${DIGEST}:`.length);
}
