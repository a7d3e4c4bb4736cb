import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

/** What a folder holds: each file by its name relative to the folder, in a fixed order. */
export interface FolderContent {
  /** The same for the same names and contents, wherever the folder is. */
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

/** Ten hexadecimal digits that stand for texts. */
export function shortHash(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 10);
}
