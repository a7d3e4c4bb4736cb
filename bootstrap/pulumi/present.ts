import { realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { isExecutable, isInCache } from "./home.ts";
import { atLeast, CLI_FLOOR, findVersion } from "./versions.ts";

/** The machine's own Pulumi CLI. */
export interface PresentCli {
  readonly path: string;
  readonly version: string;
}

/** The machine's own CLI, if it is new enough and has the Node.js language host beside it or on PATH. */
export async function findPresentCli(env: NodeJS.ProcessEnv = process.env): Promise<PresentCli | undefined> {
  const path = await firstOnPath("pulumi", env);
  if (path === undefined || (await isInCache(path))) return undefined;
  const beside = join(dirname(await realpath(path)), "pulumi-language-nodejs");
  if (!(await isExecutable(beside)) && (await firstOnPath("pulumi-language-nodejs", env)) === undefined)
    return undefined;
  const version = await versionOf(path);
  return version !== undefined && atLeast(version, CLI_FLOOR) ? { path, version } : undefined;
}

/** The version that `pulumi version` prints; undefined if the executable does not work. */
export async function versionOf(cli: string): Promise<string | undefined> {
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { failed, stdout } = await execa(cli, ["version"], { env, reject: false, timeout: 10_000 });
  return failed ? undefined : findVersion(stdout);
}

async function firstOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const directory of (env["PATH"] ?? "").split(delimiter)) {
    const path = join(directory, name);
    if (directory !== "" && (await isExecutable(path)) && !(await isInCache(path))) return path;
  }
  return undefined;
}
