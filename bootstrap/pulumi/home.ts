import { access, constants, lstat, mkdir, readlink, realpath, rename, rm, symlink } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { cacheRoot } from "../cache.ts";
import type { Plugin } from "./versions.ts";

/** The user's home as the CLI determines it: by the system's user database, whatever HOME says. */
export function systemHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    // A container may run as a user that its system does not know.
    return homedir();
  }
}

/** The home of the user's own CLI. */
export function userHome(env: Readonly<NodeJS.ProcessEnv> = process.env): string {
  return env["PULUMI_HOME"] || join(systemHome(), ".pulumi");
}

/**
 * The home of a provided CLI, so that the user's home stays unchanged. It outlives new versions of the products,
 * because the CLI keeps the selected stack and a login there.
 */
export function ownHome(): string {
  return join(cacheRoot(), "pulumi-home");
}

/** The path at which the engine looks for a plugin's executable. */
export function pluginPath(home: string, { name, version }: Plugin): string {
  return join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
}

/** The plugins that the home lacks. */
export async function missingPlugins(home: string, plugins: readonly Plugin[]): Promise<Plugin[]> {
  const there = await Promise.all(plugins.map((plugin) => isExecutable(pluginPath(home, plugin))));
  return plugins.filter((_, index) => !there[index]);
}

/** Links a built plugin to the place where the engine looks for it, so that one build serves several homes. */
export async function linkPlugin(home: string, plugin: Plugin, executable: string): Promise<void> {
  const link = pluginPath(home, plugin);
  if ((await linkTarget(link)) === executable) return;
  await mkdir(dirname(link), { recursive: true });
  const temporary = `${link}.${process.pid}`;
  await symlink(executable, temporary);
  await rename(temporary, link);
}

/** Removes a plugin's link. A plugin that is not a link into the cache is the user's and stays. */
export async function unlinkPlugin(home: string, plugin: Plugin): Promise<boolean> {
  const link = pluginPath(home, plugin);
  const target = await linkTarget(link);
  if (target === undefined || !(await isInCache(target))) return false;
  await rm(dirname(link), { recursive: true });
  return true;
}

/** Whether the path, with links resolved, is in the cache. */
export async function isInCache(path: string): Promise<boolean> {
  const [root, real] = await Promise.all([cacheRoot(), path].map((one) => realpath(one).catch(() => one)));
  return real?.startsWith(`${root}/`) ?? false;
}

export async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch {
    return undefined;
  }
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
