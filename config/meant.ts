import { distance } from "fastest-levenshtein";
import { z } from "zod";
import { unwrapped } from "./shape.ts";

const YES: readonly string[] = ["true", "yes", "y", "on", "1", "enable", "enabled"];
const NO: readonly string[] = ["false", "no", "n", "off", "0", "disable", "disabled"];

/**
 * What a value stands for that has another form than its setting wants: yes or no, or a number in quotes. undefined: that
 * is not certain, or the setting is of another kind.
 */
export function meantScalar(schema: z.ZodType | undefined, value: unknown): boolean | number | undefined {
  const inner = unwrapped(schema);
  const text = typeof value === "string" || typeof value === "number" ? String(value).trim().toLowerCase() : "";
  if (inner instanceof z.ZodBoolean) {
    if (YES.includes(text) || isMistyped(text, "true")) return true;
    return NO.includes(text) || isMistyped(text, "false") ? false : undefined;
  }
  if (!(inner instanceof z.ZodNumber) || typeof value !== "string" || !/^-?\d+$/.test(text)) return undefined;
  return inner.safeParse(Number(text)).success ? Number(text) : undefined;
}

/** One letter is wrong, missing or too many, or two have changed their places. */
function isMistyped(text: string, word: string): boolean {
  const letters = (one: string) => [...one].sort().join("");
  return distance(text, word) <= 1 || letters(text) === letters(word);
}
