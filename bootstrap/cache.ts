import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

/** The folder of built products. It is outside the checkout, so that a fresh clone finds them again. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  const own = env["FOOBAR_CACHE_DIR"];
  if (own) return resolve(own);
  const xdg = env["XDG_CACHE_HOME"];
  return join(xdg ? resolve(xdg) : join(homedir(), ".cache"), "foobar");
}

/** The folder in which Node.js keeps what it has compiled. */
export function compiledFolder(): string {
  return join(cacheRoot(), "compiled");
}

/** The inputs of a product: contents of files, and strings such as versions and platforms. */
export interface Inputs {
  readonly files?: readonly string[];
  readonly strings?: readonly string[];
}

/**
 * The hash of a product's inputs. Files count by their base name and contents, so the place of the checkout does not
 * matter; each part is preceded by its length, so that no two lists of parts give the same text.
 */
export async function hashInputs({ files = [], strings = [] }: Inputs): Promise<string> {
  const hash = createHash("sha256");
  const add = (kind: string, part: string | Buffer): void => {
    hash.update(`${kind} ${Buffer.byteLength(part)}\n`).update(part);
  };
  for (const file of files) {
    add("name", basename(file));
    add("file", await readFile(file));
  }
  for (const text of strings) add("text", text);
  return hash.digest("hex").slice(0, 16);
}

/** The folder of a product. It exists only when the product is complete. */
export function cachedPath(name: string, inputsHash: string): string {
  return join(cacheRoot(), `${name}-${inputsHash}`);
}

/** The folder of a finished product; undefined if it has not been built completely. */
export async function findCached(name: string, inputsHash: string): Promise<string | undefined> {
  const path = cachedPath(name, inputsHash);
  return (await isDirectory(path)) ? path : undefined;
}

/**
 * The folder of a product, which is built if it does not exist yet. The build works in a temporary folder beside the
 * final one, which is renamed at the end: an interrupted build is never taken for a finished one. Of two builds at the
 * same time the first to finish wins, and both return its folder.
 */
export async function cached(
  name: string,
  inputsHash: string,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const final = cachedPath(name, inputsHash);
  if (await isDirectory(final)) return final;
  await mkdir(dirname(final), { recursive: true });
  await removeAbandoned(dirname(final), name);
  const temporary = await mkdtemp(`${final}${TEMPORARY}${process.pid}-`);
  try {
    await build(temporary);
    await rename(temporary, final);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!isTaken(error) || !(await isDirectory(final))) throw error;
  }
  return final;
}

/** Removes every product of this name, finished or not, whatever its inputs; returns the removed paths. */
export async function removeCached(name: string): Promise<string[]> {
  const root = cacheRoot();
  const ofName = (await entries(root)).filter((entry) => productName(entry) === name);
  const paths = ofName.map((entry) => join(root, entry));
  for (const path of paths) await rm(path, { recursive: true, force: true });
  return paths;
}

const TEMPORARY = ".building-";

/** The name in `<name>-<16 hex digits>[.building-…]`. A longer name with the same beginning is another product. */
function productName(entry: string): string | undefined {
  return /^(?<name>.+)-[0-9a-f]{16}(?:\.building-.*)?$/.exec(entry)?.groups?.["name"];
}

/** Removes temporary folders whose process is gone: an interruption left them. */
async function removeAbandoned(root: string, name: string): Promise<void> {
  for (const entry of await entries(root)) {
    const pid = /\.building-(?<pid>\d+)-/.exec(entry)?.groups?.["pid"];
    if (pid === undefined || productName(entry) !== name || isAlive(Number(pid))) continue;
    await rm(join(root, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}

async function entries(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR")) return false;
    throw error;
  }
}

function isTaken(error: unknown): boolean {
  return isErrno(error, "ENOTEMPTY") || isErrno(error, "EEXIST");
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
