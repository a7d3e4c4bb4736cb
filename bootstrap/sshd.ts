import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cached, hashInputs, removeCached } from "./cache.ts";
import { candidate, updateLists } from "./engine/apt.ts";
import type { Report } from "./step.ts";

/** A server for ssh. */
export interface Sshd {
  readonly program: string;
  /** The folder of its libraries; undefined: it is installed, and finds them itself. */
  readonly libraries: string | undefined;
}

const PRODUCT = "sshd";
const INSTALLED = "/usr/sbin/sshd";
/** The server, and the library of it that nothing else needs. */
const PACKAGES = ["openssh-server", "libwrap0"] as const;

/**
 * The ssh server of this machine, or else that of the distribution, unpacked in the cache: installed it would start. Only
 * tests use it.
 * @throws Error if there is neither the server nor apt
 */
export async function provideSshd(report: Report): Promise<Sshd> {
  const isInstalled = await access(INSTALLED).then(
    () => true,
    () => false,
  );
  if (isInstalled) return { program: INSTALLED, libraries: undefined };
  await updateLists(report);
  const versions = await Promise.all(PACKAGES.map(candidate));
  const strings = [process.arch, ...PACKAGES, ...versions.map(String)];
  const folder = await cached(PRODUCT, await hashInputs({ strings }), async (folder) => {
    report("unpacking an ssh server for tests");
    await execa("apt-get", ["download", "-q", ...PACKAGES], { cwd: folder });
    const files = (await readdir(folder)).filter((name) => name.endsWith(".deb"));
    for (const file of files) await execa("dpkg-deb", ["--extract", join(folder, file), folder]);
  });
  const triplet = (await readdir(join(folder, "usr/lib"))).find((name) => name.includes("-linux-"));
  if (triplet === undefined) throw new Error(`the distribution's ${PACKAGES[1]} is not where this program expects it`);
  return { program: join(folder, INSTALLED), libraries: join(folder, "usr/lib", triplet) };
}

/** Removes the unpacked server; resolves to the removed folders. */
export function removeSshd(): Promise<string[]> {
  return removeCached(PRODUCT);
}
