import { isDeepStrictEqual } from "node:util";
import { schema } from "./schema.ts";
import { fromText } from "./shape.ts";

/** The settings in a stack's file that are JSON texts, or hold some, with the lists and objects that are meant. */
export function meantByTexts(project: string, settings: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(schema.shape).flatMap(([name, part]): [string, unknown][] => {
    const key = `${project}:${name}`;
    const meant = fromText(part, settings[key]);
    return isDeepStrictEqual(meant, settings[key]) ? [] : [[key, meant]];
  });
}
