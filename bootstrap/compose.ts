import { join } from "node:path";
import { execa } from "execa";
import { cached, hashInputs, removeCached } from "./cache.ts";
import { type GoBuild, goBuild, goEnvironment, goModule } from "./goBuild.ts";
import { atLeast, findVersion } from "./pulumi/versions.ts";
import type { Report } from "./step.ts";

/** Docker Compose as it is called here. */
export interface ComposeProgram {
  readonly command: readonly [string, ...string[]];
  readonly version: string;
}

const PRODUCT = "docker-compose";
/** The version that is built, and the Go that its module needs. */
const VERSION = "5.6.0";
const GO_FLOOR = "1.26.8";
/** The oldest version of the machine's own Compose that is measured: its `up` has `--wait`. */
const FLOOR = "2.20";

const BUILD: GoBuild = {
  module: "compose",
  package: "github.com/docker/compose/v5/cmd",
  variables: { "github.com/docker/compose/v5/internal.Version": VERSION },
};

/**
 * The user's Docker Compose, or one that is built from its Go module and kept in the cache.
 * @throws Error if there is none and no Go to build it
 */
export async function provideCompose(report: Report): Promise<ComposeProgram> {
  for (const command of [["docker", "compose"], ["docker-compose"]] as const) {
    const version = await versionOf(command);
    if (version !== undefined && atLeast(version, FLOOR)) return { command, version };
  }
  return { command: [await build(report)], version: VERSION };
}

async function build(report: Report): Promise<string> {
  const strings = [process.platform, process.arch, JSON.stringify(BUILD)];
  const hash = await hashInputs({ files: goModule(BUILD.module), strings });
  const folder = await cached(PRODUCT, hash, async (folder) => {
    report(`building Docker Compose ${VERSION} from its Go module (two to five minutes the first time)`);
    const env = await goEnvironment(GO_FLOOR).catch((error: Error) => {
      throw new Error(`this machine has no Docker Compose ${FLOOR} or newer to measure: ${error.message}`);
    });
    const executable = programIn(folder);
    await goBuild(BUILD, executable, env, report);
    const version = await versionOf([executable]);
    if (version !== VERSION) throw new Error(`the built Docker Compose has version ${version}, not ${VERSION}`);
  });
  return programIn(folder);
}

/** Removes the built products; resolves to the removed folders. */
export function removeCompose(): Promise<string[]> {
  return removeCached(PRODUCT);
}

const programIn = (folder: string) => join(folder, PRODUCT);

async function versionOf([program, ...args]: ComposeProgram["command"]): Promise<string | undefined> {
  const { failed, stdout } = await execa(program, [...args, "version", "--short"], { reject: false });
  return failed ? undefined : findVersion(stdout);
}
