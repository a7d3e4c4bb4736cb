import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleApp } from "../../app/bundle.ts";
import { folderContent, shortHash } from "../../releases/content.ts";

/** Relative to the project, so that the state does not depend on the place of the checkout. */
const APP = "app";
const FOLDER = join(APP, "dist");
const FILE = join(FOLDER, "server.cjs");

/** A file with two hashes: of the bundle's inputs, and of the bundle itself. */
const STAMP = join(APP, ".bundled");

/** The list of the installed packages, which npm keeps. */
const INSTALLED = "node_modules/.package-lock.json";

/** Files in the application's folder that are no part of the bundle. */
const OTHERS = /^(dist|test)\/|^\.bundled$/;

/** The folder of the sample application's static files, relative to the project. */
export const SAMPLE_STATIC_FILES = join(APP, "static");

/**
 * Bundles the sample application into a folder, like the folder of a user's application. The provider uploads the files
 * from there, so the stack's state keeps only their hashes. A bundle of the same sources and packages is left as it is,
 * because bundling takes half a second.
 */
export function buildSampleApp(): string {
  const sources = folderContent(APP).files.filter(({ name }) => !OTHERS.test(name));
  const installed = read(INSTALLED);
  const made = shortHash([...sources.flatMap(({ name, hash }) => [name, hash]), installed ?? ""]);
  const stampOf = (bundle: Uint8Array) => `${made} ${shortHash([bundle])}`;

  const present = read(FILE);
  if (present !== undefined && installed !== undefined && read(STAMP)?.toString() === stampOf(present)) return FOLDER;
  const bundle = bundleApp();
  mkdirSync(FOLDER, { recursive: true });
  if (present?.equals(bundle) !== true) writeFileSync(FILE, bundle);
  writeFileSync(STAMP, stampOf(bundle));
  return FOLDER;
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
