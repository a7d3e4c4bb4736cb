import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pageStatus } from "../config/errorPages.ts";

/** The user's pages for errors, by the names of their files, such as 404.html. */
export type ErrorFiles = Readonly<Record<string, string>>;

/**
 * Reads the pages of a folder.
 * @param folder relative to the project; undefined: there are none
 */
export function errorFiles(folder: string | undefined): ErrorFiles {
  if (folder === undefined) return {};
  const names = readdirSync(folder).filter((name) => pageStatus(name) !== undefined);
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** The statuses that there are pages for. */
export function statusesOf(pages: ErrorFiles): number[] {
  return Object.keys(pages).flatMap((name) => pageStatus(name) ?? []);
}
