import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folderContent, shortHash } from "../releases/content.ts";

/** The list of the installed packages, which npm keeps. */
const INSTALLED = "node_modules/.package-lock.json";

/** Files in a folder of sources that are no part of its bundle. */
const OTHERS = /^(dist|test)\/|^\.bundled$/;

/** A program of this project that runs in containers, as one file. */
export interface Bundled {
  /**
   * The folder of its sources, which gets the bundle, too. It is relative to the project, so that the state does not
   * depend on the place of the checkout.
   */
  readonly folder: string;
  /** The name of the bundle. */
  readonly file: string;
  /** The folders of everything else that goes into it, packages aside. */
  readonly besides: readonly string[];
  readonly bundle: () => Uint8Array | string;
}

/**
 * Bundles a program into a folder. The provider uploads the file from there, so the stack's state keeps only its hash. A
 * bundle of the same sources and packages is left as it is, because bundling takes half a second.
 * @returns the folder
 */
export function bundled({ folder, file, besides, bundle }: Bundled): string {
  const made = join(folder, "dist");
  // A file with two hashes: of the bundle's inputs, and of the bundle itself.
  const stamp = join(folder, ".bundled");
  const sources = [folder, ...besides].flatMap((one) =>
    folderContent(one)
      .files.filter(({ name }) => !OTHERS.test(name))
      .flatMap(({ name, hash }) => [join(one === folder ? "" : one, name), hash]),
  );
  const installed = read(INSTALLED);
  const inputs = shortHash([...sources, installed ?? ""]);
  const stampOf = (content: Uint8Array) => `${inputs} ${shortHash([content])}`;

  const present = read(join(made, file));
  if (present !== undefined && installed !== undefined && read(stamp)?.toString() === stampOf(present)) return made;
  const content = Buffer.from(bundle());
  mkdirSync(made, { recursive: true });
  if (present?.equals(content) !== true) writeFileSync(join(made, file), content);
  writeFileSync(stamp, stampOf(content));
  return made;
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
