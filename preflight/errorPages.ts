import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { MOST_PAGE_KB, PAGE_STATUSES, pageStatus } from "../config/errorPages.ts";
import type { Problem } from "../config/problems.ts";

const NAMES = `files named after a status, such as 503.html: ${PAGE_STATUSES.join(", ")}`;
const PATH = ["web", "errorPages"];

/** The problems of the folder with the user's pages for errors: each page has to be one that somebody shows. */
export function errorPageProblems(folder: string | undefined): Problem[] {
  if (folder === undefined) return [];
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    const allowed = `a folder, relative to the project (${process.cwd()}), with ${NAMES}`;
    return [{ path: PATH, value: folder, allowed, example: "./errors" }];
  }
  // A file that begins with a dot is an editor's or a file manager's.
  const names = readdirSync(folder).filter((name) => !name.startsWith("."));
  if (names.length === 0) return [problem(`${folder} is empty`, NAMES, `put a page into it, or remove web.errorPages`)];
  return names.flatMap((name) => {
    const file = join(folder, name);
    if (pageStatus(name) === undefined || !statSync(file).isFile()) {
      return [problem(`has ${file}, which is no page for an error`, NAMES, `rename or remove ${file}`)];
    }
    const reason = badPage(readFileSync(file));
    return reason === undefined
      ? []
      : [problem(`has ${file}, which ${reason}`, `pages in UTF-8 of at most ${MOST_PAGE_KB} kB`, `change ${file}`)];
  });
}

function badPage(bytes: Buffer): string | undefined {
  if (bytes.length === 0) return "is empty";
  if (bytes.length > MOST_PAGE_KB * 1024) return `has ${Math.ceil(bytes.length / 1024)} kB`;
  return bytes.includes(0) || !bytes.equals(Buffer.from(bytes.toString("utf8"))) ? "is no text in UTF-8" : undefined;
}

function problem(complaint: string, allowed: string, cure: string): Problem {
  return { path: PATH, complaint, allowed, cure };
}
