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

/**
 * The blocks of a PEM text whose label matches, each with a line break at its end. All else is left out. Indented lines,
 * a block on one line, and line breaks that are written as \\n are put right: HAProxy and OpenSSL would refuse them.
 */
export function pemBlocks(text: string, label: RegExp): string[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g)].flatMap(
    ([, found = "", content = ""]) =>
      label.test(found) ? [`-----BEGIN ${found}-----\n${lines(content).join("\n")}\n-----END ${found}-----\n`] : [],
  );
}

/** The number of blocks that begin in a PEM text and whose label matches, those without an end included. */
export function begunBlocks(text: string, label: RegExp): number {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].filter(([, found = ""]) => label.test(found)).length;
}

/** The length of lines in PEM (RFC 7468). */
const LINE = /.{1,64}/g;

function lines(content: string): string[] {
  const written = content
    .replace(/\\[rn]/g, "\n")
    .split(/[\r\n]/)
    .map((line) => line.trim());
  // Old encrypted keys have headers, which a blank line ends.
  if (content.includes(":")) return written.slice(written[0] === "" ? 1 : 0, written.at(-1) === "" ? -1 : undefined);
  return written.join("").replace(/\s/g, "").match(LINE) ?? [];
}

export const IS_CERTIFICATE = /^(?:X509 )?CERTIFICATE$/;
export const IS_KEY = /PRIVATE KEY$/;
