import { existsSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { ROOT } from "./settings.ts";

/** What test files need of the machine. */
export interface TestNeeds {
  /** A Docker Engine with the images. */
  readonly engine: boolean;
  /** The Pulumi CLI with its plugins. */
  readonly cli: boolean;
}

/** Modules by which a test reaches an engine or the CLI; whoever imports one needs what it stands for. */
const ENGINE = ["test/engine.ts", "bootstrap/test/engineRun.ts"];
const CLI = ["test/project.ts"];

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
export async function testNeeds(files: readonly string[]): Promise<TestNeeds> {
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
  const cli = CLI.some(reaches);
  return { engine: cli || ENGINE.some(reaches), cli };
}
