import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT } from "../stack/project.ts";

/**
 * Removes what a CLI leaves that is killed while it saves the state of a stack in a folder. The state's file is replaced
 * as a whole, but the attributes beside it (`dev.json.attrs`) are written in place, and the CLI reads no state whose
 * attributes end in the middle ("failed to load checkpoint: EOF"). They only describe the file, and may be missing.
 * @param folder the backend's folder, on which no run is at work
 * @returns the names of the removed files
 */
export async function removeBrokenAttributes(folder: string, stack: string): Promise<string[]> {
  const stacks = join(folder, ".pulumi/stacks", PROJECT);
  const names = (await readdir(stacks).catch(() => [])).filter(
    (name) => name.startsWith(`${stack}.json`) && name.endsWith(".attrs"),
  );
  const broken: string[] = [];
  for (const name of names) {
    const file = join(stacks, name);
    if (isWhole(await readFile(file, "utf8"))) continue;
    await rm(file);
    broken.push(name);
  }
  return broken;
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
