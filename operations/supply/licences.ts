/** A package of the lock file whose licence is not allowed; `licence` is undefined if the package names none. */
export interface Refused {
  readonly name: string;
  readonly version: string;
  readonly licence: string | undefined;
}

/**
 * Licences under which a package may be used and given on together with this project, by their SPDX identifiers. They
 * ask for no more than a notice.
 */
export const ALLOWED: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-3.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "PSF-2.0",
  "Python-2.0",
  "Unlicense",
]);

/** Licences of packages that name none by an identifier, as their files LICENSE have them. */
const READ: Readonly<Record<string, string>> = {
  "@logdna/tail-file": "MIT",
  buildcheck: "MIT",
  "cpu-features": "MIT",
  ssh2: "MIT",
};

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
}

/** The packages in a package-lock.json whose licences are not allowed. */
export function refusedLicences(lock: string): Refused[] {
  const { packages }: { packages: Readonly<Record<string, Locked>> } = JSON.parse(lock);
  return Object.entries(packages).flatMap(([path, { version = "", license, link }]) => {
    const name = path.replace(/^.*node_modules\//, "");
    const licence = license === undefined || /^SEE /.test(license) ? (READ[name] ?? license) : license;
    // The project itself, and links to folders of it.
    if (path === "" || link === true || (licence !== undefined && isAllowed(licence))) return [];
    return [{ name, version, licence }];
  });
}

/** Whether an SPDX expression allows the use: one of the alternatives, or all parts that count together. */
export function isAllowed(expression: string): boolean {
  const text = expression.trim();
  const inner = /^\(([^()]*)\)$/.exec(text)?.[1];
  if (inner !== undefined) return isAllowed(inner);
  const alternatives = splitOutside(text, " OR ");
  if (alternatives.length > 1) return alternatives.some(isAllowed);
  const parts = splitOutside(text, " AND ");
  if (parts.length > 1) return parts.every(isAllowed);
  return ALLOWED.has(text);
}

/** Splits a text at a word that stands outside parentheses. */
function splitOutside(text: string, word: string): string[] {
  const parts: string[] = [""];
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (depth === 0 && text.startsWith(word, index)) {
      parts.push("");
      index += word.length - 1;
      continue;
    }
    const letter = text.charAt(index);
    if (letter === "(") depth++;
    if (letter === ")") depth--;
    parts[parts.length - 1] += letter;
  }
  return parts;
}
