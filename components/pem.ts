import { readFileSync } from "node:fs";
import type { Pem } from "../config/kinds.ts";

/** Whether a setting is a text, even a malformed one, and not the path of a file with it. */
export function isPemText(setting: Pem): setting is string {
  return typeof setting === "string" && /-----|\n/.test(setting);
}

/**
 * The PEM text that a setting is or names.
 * @throws Error if the file cannot be read, and for a text that the CLI has encrypted, which only it can decrypt
 */
export function pemText(setting: Pem): string {
  if (typeof setting !== "string") throw new Error("it is encrypted, and only the Pulumi CLI decrypts it");
  return isPemText(setting) ? setting : readFileSync(setting, "utf8");
}

/** The blocks of a PEM text whose label matches, each with a line break at its end. All else is left out. */
export function pemBlocks(text: string, label: RegExp): string[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)].flatMap(([block, found = ""]) =>
    label.test(found) ? [`${block.replaceAll("\r", "")}\n`] : [],
  );
}

export const IS_CERTIFICATE = /^(?:X509 |TRUSTED )?CERTIFICATE$/;
export const IS_KEY = /PRIVATE KEY$/;
