import { rename } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cached, hashInputs } from "../cache.ts";
import type { Report } from "../step.ts";

/** The name in the cache of the package managers' archives. */
export const TOOLS_NAME = "node-tools";

/** The package managers of the official node image, which Debian has only with hundreds of packages. */
export const NODE_TOOLS = { npm: "npm@11.21.2", yarn: "yarn@1.22.22" } as const;

/** A folder with npm.tgz and yarn.tgz, from the package registry that this machine's npm uses. */
export async function fetchNodeTools(report: Report): Promise<string> {
  return cached(TOOLS_NAME, await hashInputs({ strings: Object.values(NODE_TOOLS) }), async (folder) => {
    for (const [name, packed] of Object.entries(NODE_TOOLS)) {
      report(`fetching ${packed} for the image`);
      const { stdout } = await execa("npm", ["pack", packed, "--silent", "--pack-destination", folder]);
      await rename(join(folder, stdout.trim()), join(folder, `${name}.tgz`));
    }
  });
}
