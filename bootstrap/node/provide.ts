import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached, hashInputs, removeCached } from "../cache.ts";
import type { Report } from "../step.ts";
import type { NodePackage } from "./choice.ts";

// The machine's own Node.js runs this file, so it imports nothing that needs a newer one.
const run = promisify(execFile);

const PRODUCT = "node";

/**
 * The folder with a package's executable, which is fetched from the registry of this machine's npm and kept in the
 * cache.
 * @throws Error if the registry does not answer, its archive has another checksum, or the executable does not run here
 */
export async function provideNode(wanted: NodePackage, report: Report): Promise<string> {
  const { name, version, integrity } = wanted;
  const folder = await cached(PRODUCT, await hashInputs({ strings: [name, version, integrity] }), async (folder) => {
    report(`fetching Node.js ${version} from the npm registry (50 MB, once; unpacked 121 MB)`);
    const args = ["pack", `${name}@${version}`, "--silent", "--pack-destination", folder];
    const archive = join(folder, (await run("npm", args)).stdout.trim());
    const actual = `sha512-${createHash("sha512")
      .update(await readFile(archive))
      .digest("base64")}`;
    if (actual !== integrity) throw new Error(`${name}@${version}: the checksum is ${actual}, not ${integrity}`);
    const members = ["bin/node", "LICENSE"].map((member) => `package/${member}`);
    await run("tar", ["-xzf", archive, "-C", folder, "--strip-components=1", ...members]);
    await rm(archive);
    const { stdout } = await run(join(folder, "bin/node"), ["--version"]);
    if (stdout.trim() !== `v${version}`) throw new Error(`${name}@${version} has version ${stdout.trim()}`);
  });
  return join(folder, "bin");
}

/** Removes the fetched packages; resolves to the removed folders. */
export function removeNode(): Promise<string[]> {
  return removeCached(PRODUCT);
}
