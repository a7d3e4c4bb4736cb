import { join } from "node:path";
import { cached, hashInputs, removeCached } from "./cache.ts";
import { type GoBuild, goBuild, goEnvironment, goModule } from "./goBuild.ts";
import type { Report } from "./step.ts";

/** Let's Encrypt's small test server for ACME, and the DNS server that comes with it. Both run without libraries. */
export interface PebblePrograms {
  readonly pebble: string;
  readonly dns: string;
}

const PRODUCT = "pebble";
const MODULE = "pebble";

const build = (name: string): GoBuild => ({
  module: MODULE,
  package: `github.com/letsencrypt/pebble/v2/cmd/${name}`,
  variables: {},
});
const BUILDS = [build("pebble"), build("pebble-challtestsrv")];

/**
 * Pebble, built from its Go module (ten seconds the first time) and kept in the cache. Only tests use it.
 * @throws Error if there is no Go that builds it, or no source of Go modules
 */
export async function providePebble(report: Report): Promise<PebblePrograms> {
  const strings = [process.platform, process.arch, JSON.stringify(BUILDS)];
  const folder = await cached(PRODUCT, await hashInputs({ files: goModule(MODULE), strings }), async (folder) => {
    report("building Pebble, a test server for ACME, from its Go module");
    const env = await goEnvironment();
    for (const one of BUILDS) await goBuild(one, join(folder, programOf(one)), env, report);
  });
  const [pebble = "", dns = ""] = BUILDS.map((one) => join(folder, programOf(one)));
  return { pebble, dns };
}

/** Removes the built programs; resolves to the removed folders. */
export function removePebble(): Promise<string[]> {
  return removeCached(PRODUCT);
}

const programOf = (build: GoBuild) => build.package.split("/").at(-1) ?? build.package;
