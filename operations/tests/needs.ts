import { existsSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { Needs } from "../session/machine.ts";
import { ROOT } from "../stack/project.ts";

/** Modules that reach an engine or the CLI: a test file that imports one, or is one, needs it. */
const ENGINE = ["test/engine.ts", "bootstrap/test/engineRun.ts", "bootstrap/test/standIns.test.ts"];
const CLI = ["test/project.ts", "bootstrap/test/plugins.test.ts", "bootstrap/test/languageHost.test.ts"];

/** Only our own modules are followed, and what is no program is none. */
const OWN_MODULES: Plugin = {
  name: "own-modules",
  setup: ({ onResolve }) =>
    onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "entry-point" || /^\.{1,2}\/.*\.ts$/.test(path) ? undefined : { path, external: true },
    ),
};

/**
 * Finds out by their imports what test files need.
 * @param files paths or patterns, relative to the project
 * @throws Error naming each that is no file
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
  return { engine: ENGINE.some(reaches), cli: CLI.some(reaches) };
}
