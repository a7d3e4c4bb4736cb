import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleApp } from "../../app/bundle.ts";

/** Relative to the project, so that the state is the same wherever the project is checked out. */
const FOLDER = "app/dist";

/** The folder of the sample application's static files, relative to the project. */
export const SAMPLE_STATIC_FILES = "app/static";

/**
 * Bundles the sample application into a folder of application files, as a user's own would be. A file, not text in the
 * program: the engine gets it from there and the stack's state keeps only its hash.
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
