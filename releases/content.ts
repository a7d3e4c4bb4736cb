import { createHash } from "node:crypto";
import { type Dirent, existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import dockerignore from "@balena/dockerignore";

/** A file by its name relative to its folder. */
export interface FileEntry {
  readonly name: string;
  readonly hash: string;
  readonly isExecutable: boolean;
}

/** The content of a folder, in a fixed order. */
export interface FolderContent {
  /** A hash of names, contents, execute bits, links and empty folders, independent of the folder's place. */
  readonly version: string;
  readonly files: readonly FileEntry[];
  /** Symbolic links, which are kept as they are. */
  readonly links: readonly { readonly name: string; readonly target: string }[];
  /** Folders with nothing in them. */
  readonly empty: readonly string[];
}

/** Whether a path, relative to the folder, is left out. */
export type IsIgnored = (path: string) => boolean;

/** Reads all that is below a folder. */
export function folderContent(folder: string, isIgnored?: IsIgnored): FolderContent {
  const all = entriesIn(folder, isIgnored);
  const files = all
    .filter(({ entry }) => entry.isFile())
    .map(({ name }): FileEntry => {
      const path = join(folder, name);
      return { name, hash: shortHash([readFileSync(path)]), isExecutable: (statSync(path).mode & 0o111) !== 0 };
    });
  const links = all
    .filter(({ entry }) => entry.isSymbolicLink())
    .map(({ name }) => ({ name, target: readlinkSync(join(folder, name)) }));
  const filled = new Set(all.map(({ name }) => dirname(name)));
  const empty = all.filter(({ name, entry }) => entry.isDirectory() && !filled.has(name)).map(({ name }) => name);
  // Plain files alone have the version that earlier releases of the program gave them: those are kept under that name.
  const version = shortHash([
    ...files.flatMap(({ name, hash, isExecutable }) => [name, hash, ...(isExecutable ? ["executable"] : [])]),
    ...links.flatMap(({ name, target }) => [name, `-> ${target}`]),
    ...empty.flatMap((name) => [name, "empty"]),
  ]);
  return { version, files, links, empty };
}

/** An entry of a folder by its name relative to it, with slashes. */
export interface FolderEntry {
  readonly name: string;
  readonly entry: Dirent;
}

/** Everything below a folder, in the order of the names; links are not followed. */
export function entriesIn(folder: string, isIgnored: IsIgnored = () => false): FolderEntry[] {
  return below(folder, "")
    .filter(({ name }) => !isIgnored(name))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Node.js's own recursion would follow links to folders. */
function below(folder: string, parent: string): FolderEntry[] {
  return readdirSync(join(folder, parent), { withFileTypes: true }).flatMap((entry) => {
    const name = posix.join(parent, entry.name);
    return entry.isDirectory() ? [{ name, entry }, ...below(folder, name)] : [{ name, entry }];
  });
}

/** What a builder leaves out of its context: the patterns of the folder's .dockerignore. */
export function ignoredBy(folder: string, dockerfile: string): IsIgnored {
  const file = join(folder, ".dockerignore");
  if (!existsSync(file)) return () => false;
  const patterns = dockerignore.default({ ignorecase: false }).add(readFileSync(file, "utf8"));
  // A builder needs these two, whatever the patterns say.
  return (path) => path !== dockerfile && path !== ".dockerignore" && patterns.ignores(path);
}

/** A hash of texts in ten hexadecimal digits. */
export function shortHash(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 10);
}
