import { homedir } from "node:os";
import { isPemText, pemText } from "../components/pem.ts";
import type { Pem } from "../config/kinds.ts";
import type { Path, Problem } from "../config/problems.ts";

/** The setting with a PEM text, or with the path of its file. */

/** A key in PEM without its armour is a text of these characters alone, and longer. */
const MAYBE_KEY = /^(?!\/)[A-Za-z0-9+/=]{41,}$/;

/** The text of a setting, or the problem that nobody can read it. */
export function readable(path: Path, setting: Pem, example: string): string | Problem {
  try {
    return pemText(setting);
  } catch (error) {
    return {
      path,
      complaint: `is ${said(setting)}, which cannot be read${because(error)}${hint(setting)}`,
      allowed: `a PEM file, relative to the project (${process.cwd()}), or PEM text`,
      example: meant(setting) ?? example,
    };
  }
}

/** A path, never a text that may be a key. */
export function said(setting: Pem): string {
  return isPath(setting) ? JSON.stringify(setting) : "a text";
}

export function isPath(setting: Pem): setting is string {
  return typeof setting === "string" && !isPemText(setting) && !MAYBE_KEY.test(setting);
}

/** The reason by its code alone: a message of the file system's repeats the setting. */
function because(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return ` (${"code" in error ? error.code : error.message})`;
}

function hint(setting: Pem): string {
  if (!isPath(setting)) return "";
  if (/^~|\$/.test(setting)) return ": only a shell replaces ~ and variables, and only where they are not quoted";
  return /^file:/i.test(setting) ? ": it is a URL, and not a path" : "";
}

/** The path that a setting was meant to be; undefined: it cannot be known. */
function meant(setting: Pem): string | undefined {
  if (!isPath(setting)) return undefined;
  const home = /^(?:~|\$HOME|\$\{HOME\})\/(.*)$/.exec(setting)?.[1];
  if (home !== undefined) return `${homedir()}/${home}`;
  return /^file:\/\/(\/.*)$/i.exec(setting)?.[1];
}
