import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type FolderContent, folderContent } from "./content.ts";
import { RELEASES, releaseFolder } from "./folder.ts";
import { inUse } from "./journal.ts";

/** How many releases stay, beside those that stacks run or would go back to. */
const KEPT = 5;

const NAME = /^[0-9a-f]{10}$/;

/** A copy of an application's files under the version of their content. */
export interface Kept {
  readonly release: string;
  /** When an update last brought it up, of whatever stack. */
  readonly usedAt: Date;
}

/**
 * Copies a folder's files to their release, notes that it is used, and forgets the releases used longest ago.
 * @throws Error where the files change while they are copied
 */
export function keep(folder: string, content: FolderContent, home = RELEASES): void {
  const release = content.version;
  if (!isWhole(release, home)) copy(folder, content, home);
  const now = new Date();
  utimesSync(releaseFolder(release, home), now, now);
  for (const old of expendable(stored(home), inUse(home))) {
    rmSync(releaseFolder(old, home), { recursive: true, force: true });
  }
}

/** The releases that one can go back to, the one used last first. */
export function kept(home = RELEASES): Kept[] {
  return stored(home).filter(({ release }) => isWhole(release, home));
}

/** What need not stay of the releases, which are given newest first. */
export function expendable(releases: readonly Kept[], inUse: ReadonlySet<string>): string[] {
  return releases
    .slice(KEPT)
    .map(({ release }) => release)
    .filter((release) => !inUse.has(release));
}

function stored(home: string): Kept[] {
  const names = existsSync(home) ? readdirSync(home).filter((name) => NAME.test(name)) : [];
  return names
    .map((release) => ({ release, usedAt: statSync(releaseFolder(release, home)).mtime }))
    .sort((a, b) => b.usedAt.getTime() - a.usedAt.getTime());
}

/** Whether a release's folder holds what its name says: one that was edited is none. */
function isWhole(release: string, home: string): boolean {
  const folder = releaseFolder(release, home);
  return existsSync(folder) && folderContent(folder).version === release;
}

/** The folder appears whole or not at all, for another stack may be copying the same files, or uploading them. */
function copy(folder: string, { version, files }: FolderContent, home: string): void {
  mkdirSync(home, { recursive: true });
  const draft = mkdtempSync(join(home, "draft-"));
  try {
    for (const { name } of files) {
      mkdirSync(dirname(join(draft, name)), { recursive: true });
      copyFileSync(join(folder, name), join(draft, name));
    }
    if (folderContent(draft).version !== version) {
      throw new Error(`the files in ${folder} changed while they were copied; run it again`);
    }
    if (isWhole(version, home)) return;
    rmSync(releaseFolder(version, home), { recursive: true, force: true });
    renameSync(draft, releaseFolder(version, home));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
