import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cached, findCached, hashInputs, removeCached } from "./cache.ts";
import { candidate, updateLists } from "./engine/apt.ts";
import type { Report } from "./step.ts";

const PACKAGE = "shellcheck";

/** The machine's own ShellCheck, or one that was unpacked earlier; undefined: there is none. */
export async function findShellcheck(): Promise<string | undefined> {
  const { failed } = await execa(PACKAGE, ["--version"], { reject: false });
  if (!failed) return PACKAGE;
  const version = await candidate(PACKAGE).catch(() => undefined);
  const folder = version === undefined ? undefined : await findCached(PACKAGE, await hashOf(version));
  return folder === undefined ? undefined : programIn(folder);
}

/**
 * Unpacks the distribution's package into the cache: nothing is installed, and root is needed only if apt lacks its
 * lists.
 * @returns the program; undefined if the distribution has no such package, or it does not run here
 */
export async function provideShellcheck(report: Report): Promise<string | undefined> {
  if (process.getuid?.() === 0) await updateLists(report).catch(() => undefined);
  const version = await candidate(PACKAGE).catch(() => undefined);
  if (version === undefined) return undefined;
  report(`unpacking ${PACKAGE} ${version}, which the check of the shell scripts needs`);
  const folder = await cached(PACKAGE, await hashOf(version), async (folder) => {
    const download = join(folder, "download");
    await mkdir(download);
    await execa("apt-get", ["download", `${PACKAGE}=${version}`], { cwd: download });
    const [file] = await readdir(download);
    if (file === undefined) throw new Error(`apt-get downloaded no ${PACKAGE}`);
    await execa("dpkg-deb", ["--extract", join(download, file), folder]);
    await execa(programIn(folder), ["--version"]);
  }).catch((error: Error) => void report(`${PACKAGE} cannot be unpacked: ${error.message.split("\n")[0]}`));
  return folder === undefined ? undefined : programIn(folder);
}

/** Removes the unpacked packages; resolves to the removed folders. */
export function removeShellcheck(): Promise<string[]> {
  return removeCached(PACKAGE);
}

const hashOf = (version: string) => hashInputs({ strings: [version] });
const programIn = (folder: string) => join(folder, "usr/bin/shellcheck");
