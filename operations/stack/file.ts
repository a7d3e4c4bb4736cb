import { readFile, rename, writeFile } from "node:fs/promises";
import { type Document, parseDocument, visit } from "yaml";
import { meantByTexts } from "../../config/texts.ts";
import { ROOT } from "./project.ts";

/** YAML as people write it: no spaces inside the brackets of a list in one line, and no line is broken. */
const AS_WRITTEN = { lineWidth: 0, flowCollectionPadding: false } as const;

/** The file of a stack's settings. */
export function stackFile(stack: string, folder = ROOT): string {
  return `${folder}/Pulumi.${stack}.yaml`;
}

/** The settings in the text of a stack's file, by their full keys. */
export function settingsIn(text: string): Readonly<Record<string, unknown>> {
  return readDocument(text).toJS()?.config ?? {};
}

/**
 * The text of a stack's file with YAML lists and objects in place of JSON texts. `pulumi config set --path` would
 * replace a JSON text as a whole, and the other settings in it would be lost.
 * @returns also the keys whose values were JSON texts
 */
export function withObjects(
  project: string,
  text: string,
): { readonly text: string; readonly keys: readonly string[] } {
  const document = readDocument(text);
  const texts = meantByTexts(project, document.toJS()?.config ?? {});
  for (const [key, meant] of texts) document.setIn(["config", key], meant);
  return { text: texts.length === 0 ? text : document.toString(AS_WRITTEN), keys: texts.map(([key]) => key) };
}

/** Replaces JSON texts in a stack's file by lists and objects; resolves to their keys. */
export async function makeObjects(project: string, stack: string, folder = ROOT): Promise<readonly string[]> {
  const file = stackFile(stack, folder);
  const original = await readFile(file, "utf8").catch(() => "");
  const { text, keys } = withObjects(project, original);
  if (keys.length > 0) await replace(file, text);
  return keys;
}

/** As makeObjects; a file that cannot be written, as in a read-only checkout, stays as it is. */
export async function makeObjectsWhereWritable(
  project: string,
  stack: string,
  folder = ROOT,
): Promise<readonly string[]> {
  try {
    return await makeObjects(project, stack, folder);
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return [];
    throw error;
  }
}

/**
 * The text of a stack's file with another value, which may be an object, at a path of keys. All else in the file stays.
 * @param value undefined: the key is removed
 */
export function withValue(project: string, text: string, [key, ...rest]: readonly string[], value: unknown): string {
  const document = readDocument(text);
  const path = ["config", `${project}:${key}`, ...rest];
  if (value === undefined && document.hasIn(path)) document.deleteIn(path);
  if (value !== undefined) document.setIn(path, value);
  return document.toString(AS_WRITTEN);
}

/** Another value, which may be an object, at a path of keys; undefined: none. */
export type Change = readonly [path: readonly string[], value: unknown];

/** Makes changes in a stack's file, all at once. */
export async function setInFile(
  project: string,
  stack: string,
  changes: readonly Change[],
  folder = ROOT,
): Promise<void> {
  if (changes.length === 0) return;
  await makeObjects(project, stack, folder);
  const file = stackFile(stack, folder);
  const original = await readFile(file, "utf8");
  const changed = changes.reduce((text, [path, value]) => withValue(project, text, path, value), original);
  await replace(file, changed);
}

/** Writes a file so that it has all of the former or all of the new text, whatever ends the process. */
async function replace(file: string, text: string): Promise<void> {
  const beside = `${file}.new`;
  await writeFile(beside, text);
  await rename(beside, file);
}

/**
 * Reads YAML as the CLI does. To the CLI `12e4567890` without quotes is a text, to YAML it is a number (infinity): a
 * number counts as a text unless JavaScript writes it in the same way.
 */
function readDocument(text: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`the stack's file is no valid YAML: ${error.message.trimEnd()}`);
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "number" && node.source !== undefined && String(node.value) !== node.source) {
        node.value = node.source;
      }
    },
  });
  return document;
}
