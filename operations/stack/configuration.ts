import { readFile, writeFile } from "node:fs/promises";
import { parseDocument } from "yaml";
import { parseConfig, rawSettings } from "../../config/config.ts";
import { type Config, type Settings, schema } from "../../config/schema.ts";
import { fromText, withoutCiphers } from "../../config/shape.ts";
import { AS_WRITTEN, settingsIn } from "./file.ts";

/** Other settings for a stack. Each replaces the whole value of its top-level key. */
export type Changes = Partial<Settings>;

/** The stack's configuration, read from the text of its file. */
export function configOf(project: string, stack: string, text: string): Config {
  const settings = settingsIn(text);
  const readable = Object.entries(schema.shape).map(([name, part]) => {
    const key = `${project}:${name}`;
    return key in settings ? [[key, withoutCiphers(part, fromText(part, settings[key]))]] : [];
  });
  return parseConfig(project, stack, rawSettings({ ...settings, ...Object.fromEntries(readable.flat()) }));
}

/** The text of a stack's file with other settings. All else in the file stays, such as the CLI's salt. */
export function changedText(project: string, text: string, changes: Changes): string {
  const file = parseDocument(text);
  for (const [key, value] of Object.entries(changes)) file.setIn(["config", `${project}:${key}`], value);
  return file.toString(AS_WRITTEN);
}

/**
 * Applies changes to a stack's file while the work is done, then restores the file byte for byte, even if the work
 * fails.
 */
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
