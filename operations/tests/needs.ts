import { existsSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { Needs } from "../session/machine.ts";
import { ROOT } from "../stack/project.ts";

/**
 * Modules that use an engine or the CLI. A test file needs an engine or the CLI if it is, or imports, such a module.
 */
const ENGINE = ["test/engine.ts", "bootstrap/test/engineRun.ts", "bootstrap/test/standIns.test.ts"];
/** A test file that is, or imports, such a module needs the images of monitoring, too. */
const MONITORING = ["test/monitoring/programs.ts", "bootstrap/test/images.test.ts"];
const CLI = ["test/project.ts", "bootstrap/test/plugins.test.ts", "bootstrap/test/languageHost.test.ts"];

/** Follows only imports of the project's own modules, and leaves out files that are not programs. */
const OWN_MODULES: Plugin = {
  name: "own-modules",
  setup: ({ onResolve }) =>
    onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "entry-point" || /^\.{1,2}\/.*\.ts$/.test(path) ? undefined : { path, external: true },
    ),
};

/**
 * Finds out the needs of test files by their imports.
 * @param files paths or patterns, relative to the project
 * @throws Error naming each path that is not a file
 */
export async function testNeeds(files: readonly string[]): Promise<Needs> {
  const missing = files.filter((file) => !file.includes("*") && !existsSync(join(ROOT, file)));
  if (missing.length > 0) throw new Error(missing.map((file) => `there is no test file ${file}`).join("\n"));
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [...files],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    outdir: "unwritten",
    metafile: true,
    logLevel: "silent",
    plugins: [OWN_MODULES],
  });
  const reaches = (module: string) => module in metafile.inputs;
  const monitoring = MONITORING.some(reaches);
  return { engine: ENGINE.some(reaches), cli: CLI.some(reaches), ...(monitoring ? { monitoring } : {}) };
}
