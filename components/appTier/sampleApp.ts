import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleApp } from "../../app/bundle.ts";

/** Relative to the project, so that the state does not depend on the place of the checkout. */
const FOLDER = "app/dist";

/** The folder of the sample application's static files, relative to the project. */
export const SAMPLE_STATIC_FILES = "app/static";

/**
 * Bundles the sample application into a folder, like the folder of a user's application. The provider uploads the files
 * from there, so the stack's state keeps only their hashes.
 */
export function buildSampleApp(): string {
  const file = join(FOLDER, "server.cjs");
  const bundle = bundleApp();
  mkdirSync(FOLDER, { recursive: true });
  if (!isSame(file, bundle)) writeFileSync(file, bundle);
  return FOLDER;
}

function isSame(file: string, content: Uint8Array): boolean {
  try {
    return readFileSync(file).equals(content);
  } catch {
    return false;
  }
}
