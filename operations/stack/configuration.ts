import { readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { check, complete, rawSettings } from "../../config/config.ts";
import { ConfigError } from "../../config/problems.ts";
import { type Config, type Settings, schema } from "../../config/schema.ts";
import { partOf, withoutCiphers } from "../../config/shape.ts";
import { UNKNOWN } from "../../config/surroundings.ts";
import { meantByTexts } from "../../config/texts.ts";
import { dockerDefault } from "../../engine/dockerDefault.ts";
import { settingsIn, withValue } from "./file.ts";

/** Other settings for a stack. Each replaces the whole value of its top-level key. */
export type Changes = Partial<Settings>;

/**
 * The stack's configuration, read from the text of its file.
 * @throws ConfigError with every problem
 */
export function configOf(project: string, stack: string, text: string): Config {
  const given = settingsIn(text);
  const texts = meantByTexts(project, given);
  const readable = Object.entries({ ...given, ...Object.fromEntries(texts) }).map(([key, value]) => [
    key,
    withoutCiphers(partOf(schema, key.replace(`${project}:`, "")), value),
  ]);
  const docker = dockerDefault(process.env, homedir());
  const { settings, problems } = check(project, rawSettings(Object.fromEntries(readable)), { ...UNKNOWN, docker });
  if (problems.length === 0) return complete(project, stack, settings, docker);
  throw new ConfigError(
    project,
    stack,
    problems,
    texts.map(([key]) => key),
  );
}

/** The text of a stack's file with other settings. All else in the file stays, such as the CLI's salt. */
export function changedText(project: string, text: string, changes: Changes): string {
  return Object.entries(changes).reduce((changed, [key, value]) => withValue(project, changed, [key], value), text);
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
