import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

/** The content of a folder: each file by its name relative to the folder, in a fixed order. */
export interface FolderContent {
  /** A hash of names and contents, independent of the folder's place. */
  readonly version: string;
  readonly files: readonly { readonly name: string; readonly hash: string }[];
}

/** Reads all files below a folder; links are not followed. */
export function folderContent(folder: string): FolderContent {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join(posix.sep))
    .sort()
    .map((name) => ({ name, hash: shortHash([readFileSync(join(folder, name))]) }));
  return { version: shortHash(files.flatMap(({ name, hash }) => [name, hash])), files };
}

/** A hash of texts in ten hexadecimal digits. */
export function shortHash(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 10);
}
