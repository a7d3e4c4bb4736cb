import { existsSync, lstatSync, readlinkSync } from "node:fs";
import { join, normalize, posix } from "node:path";
import type { Path, Problem } from "../config/problems.ts";
import { entriesIn, type FolderEntry, ignoredBy } from "../releases/content.ts";
import type { ProgramPlan } from "../topology/applicationPlan.ts";
import { missingFiles } from "./folders.ts";

/** The most that an application's folder may hold: an engine gets it in one piece, and keeps it for each release. */
const MOST_MB = 2_048;
const MOST_FILES = 200_000;

/** The entries that a message names. */
const NAMED = 5;

/** Problems of the application's folder: what is missing, and what cannot be put into an image. */
export function applicationFolderProblems({ kind, folder, dockerfile }: ProgramPlan): Problem[] {
  if (folder === undefined) return [];
  const key = kind === "build" ? "build" : "files";
  const path: Path = ["application", key];
  const missing = missingFiles(key, folder);
  if (missing.length > 0) return missing;
  if (kind === "build" && !existsSync(join(folder, dockerfile))) {
    return [
      {
        path,
        complaint: `is ${folder}, which has no ${dockerfile}`,
        allowed: "a folder with a Dockerfile; another file's name by application.build.dockerfile",
        cure: `write ${join(folder, dockerfile)}, or set application.files instead: it needs none`,
      },
    ];
  }
  const all = entriesIn(folder, kind === "build" ? ignoredBy(folder, dockerfile) : undefined);
  const problems = unkept(path, folder, all);
  return problems.length > 0 ? problems : tooLarge(path, folder, all);
}

/** Entries that an image would not have as they are. */
function unkept(path: Path, folder: string, all: readonly FolderEntry[]): Problem[] {
  const found = all.flatMap(({ name, entry }) => {
    const reason = reasonAgainst(folder, name, entry);
    return reason === undefined ? [] : [`${name} (${reason})`];
  });
  if (found.length === 0) return [];
  const more = found.length > NAMED ? `, and ${found.length - NAMED} more` : "";
  return [
    {
      path,
      complaint: `is ${folder}, which holds what no image keeps: ${found.slice(0, NAMED).join(", ")}${more}`,
      allowed: "files, folders, and links to what is in the folder",
      cure: "remove them from the folder, or put what they lead to into it",
    },
  ];
}

function reasonAgainst(folder: string, name: string, entry: FolderEntry["entry"]): string | undefined {
  // Node.js puts this character in the place of bytes that are no text.
  if (name.includes("\uFFFD")) return "its name is not UTF-8";
  if (entry.isDirectory()) return undefined;
  if (entry.isSymbolicLink()) {
    const target = readlinkSync(join(folder, name));
    const place = normalize(join(posix.dirname(name), target));
    return target.startsWith("/") || place === ".." || place.startsWith("../")
      ? `a link out of the folder, to ${target}`
      : undefined;
  }
  if (!entry.isFile()) return "neither a file nor a folder";
  const { mode } = lstatSync(join(folder, name));
  return (mode & 0o6000) === 0 ? undefined : "a set-user-id or set-group-id bit, which has no effect in the stack";
}

function tooLarge(path: Path, folder: string, all: readonly FolderEntry[]): Problem[] {
  const files = all
    .filter(({ entry }) => entry.isFile())
    .map(({ name }) => ({ name, bytes: lstatSync(join(folder, name)).size }))
    .sort((one, other) => other.bytes - one.bytes);
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000_000;
  if (megabytes <= MOST_MB && files.length <= MOST_FILES) return [];
  const largest = files.slice(0, NAMED).map(({ name, bytes }) => `${name} (${Math.ceil(bytes / 1_000_000)} MB)`);
  return [
    {
      path,
      complaint: `is ${folder}, with ${files.length} files and ${Math.ceil(megabytes)} MB; the largest are ${largest.join(", ")}`,
      allowed: `at most ${MOST_FILES} files and ${MOST_MB} MB`,
      cure: "keep uploads and other data in application.storage, and build products out of the folder",
    },
  ];
}
