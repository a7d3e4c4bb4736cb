import { readFile, writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { parseConfig, rawSettings } from "../../config/config.ts";
import type { Config, Settings } from "../../config/schema.ts";

/** Other settings for a stack; each replaces the whole of its key. */
export type Changes = Partial<Settings>;

/** The stack's configuration, read from the text of its file. */
export function configOf(project: string, stack: string, text: string): Config {
  return parseConfig(project, stack, rawSettings(parse(text)?.config ?? {}));
}

/** The text of a stack's file with other settings. What else the file holds, as the CLI's salt, stays. */
export function changedText(project: string, text: string, changes: Changes): string {
  const file = parse(text) ?? {};
  const settings = Object.fromEntries(Object.entries(changes).map(([key, value]) => [`${project}:${key}`, value]));
  return stringify({ ...file, config: { ...file.config, ...settings } });
}

/** Changes a stack's file while the work is done; whatever becomes of that, the file is then what it was, to the byte. */
export async function whileChanged(
  project: string,
  file: string,
  changes: Changes,
  work: () => Promise<void>,
): Promise<void> {
  const original = await readFile(file);
  try {
    await writeFile(file, changedText(project, original.toString(), changes));
    await work();
  } finally {
    await writeFile(file, original);
  }
}
