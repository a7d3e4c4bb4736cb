import { readFile, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { type Document, parseDocument, visit } from "yaml";
import { schema } from "../../config/schema.ts";
import { fromText } from "../../config/shape.ts";
import { ROOT } from "./project.ts";

/** Lists in one line have no spaces inside their brackets, as people write them, and no line is broken. */
export const AS_WRITTEN = { lineWidth: 0, flowCollectionPadding: false } as const;

/** The file of a stack's settings. */
export function stackFile(stack: string, folder = ROOT): string {
  return `${folder}/Pulumi.${stack}.yaml`;
}

/** The settings in the text of a stack's file, by their whole keys; none where it has none. */
export function settingsIn(text: string): Readonly<Record<string, unknown>> {
  return readDocument(text).toJS()?.config ?? {};
}

/**
 * The text of a stack's file whose lists and objects are such, not JSON: `pulumi config set --path` replaces a JSON text as
 * a whole, and what it held is lost.
 * @returns the keys that were texts, too
 */
export function withObjects(
  project: string,
  text: string,
): { readonly text: string; readonly keys: readonly string[] } {
  const document = readDocument(text);
  const settings = document.toJS()?.config ?? {};
  const keys = Object.entries(schema.shape).flatMap(([name, part]) => {
    const key = `${project}:${name}`;
    const meant = fromText(part, settings[key]);
    if (isDeepStrictEqual(meant, settings[key])) return [];
    document.setIn(["config", key], meant);
    return [key];
  });
  return { text: keys.length === 0 ? text : document.toString(AS_WRITTEN), keys };
}

/** Makes lists and objects of JSON texts in a stack's file; resolves to their keys. */
export async function makeObjects(project: string, stack: string, folder = ROOT): Promise<readonly string[]> {
  const file = stackFile(stack, folder);
  const original = await readFile(file, "utf8").catch(() => "");
  const { text, keys } = withObjects(project, original);
  if (keys.length > 0) await writeFile(file, text);
  return keys;
}

/**
 * The CLI leaves `12e4567890` without quotes, which is a text to it and infinity to others. A number that is not written as
 * JavaScript writes it is taken for a text.
 */
function readDocument(text: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "number" && node.source !== undefined && String(node.value) !== node.source) {
        node.value = node.source;
      }
    },
  });
  return document;
}
