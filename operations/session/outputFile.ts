import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * The path of a file that a user has named for a command's output. Folders are not made on the way: a mistyped one would
 * become a new one.
 * @throws Error if its folder does not exist, or if it is a folder itself
 */
export function outputFile(named: string): string {
  const file = resolve(named);
  const folder = dirname(file);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Error(
      `${folder} is no folder, so ${named} cannot be written\n    allowed:   a file in a folder that exists`,
    );
  }
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new Error(`${file} is a folder\n    allowed:   the name of a file`);
  }
  return file;
}
