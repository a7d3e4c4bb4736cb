import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type FolderContent, folderContent, shortHash } from "./content.ts";
import { removeContexts } from "./context.ts";
import { RELEASES, releaseFolder } from "./folder.ts";
import { inUse } from "./journal.ts";

/** The number of kept releases, besides those that stacks run or would go back to. */
const KEPT = 5;

const NAME = /^[0-9a-f]{10}$/;

/** A copy of an application's files, named by the version of their content. */
export interface Kept {
  readonly release: string;
  /** The time of the last update that used it, of any stack. */
  readonly usedAt: Date;
}

/**
 * Copies a folder's files to their release, records its use, and removes the releases that were not used for longest.
 * @throws Error if the files change while they are copied
 */
export function keep(folder: string, content: FolderContent, home = RELEASES): void {
  const release = content.version;
  if (!isWhole(release, home)) copy(folder, content, home);
  const now = new Date();
  utimesSync(releaseFolder(release, home), now, now);
  for (const old of expendable(stored(home), inUse(home))) {
    rmSync(releaseFolder(old, home), { recursive: true, force: true });
    removeContexts(old, home);
  }
}

/** The release of an image that runs as it is: its folder holds the image's name and nothing else. */
const IMAGE = "image";

/** The version of the release of an image that runs as it is. */
export function imageVersion(image: string): string {
  return shortHash([IMAGE, shortHash([image])]);
}

/** The image of a kept release that is one; undefined: it has files. */
export function imageOf(release: string, home = RELEASES): string | undefined {
  const file = join(releaseFolder(release, home), IMAGE);
  const image = statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, "utf8") : undefined;
  return image !== undefined && imageVersion(image) === release ? image : undefined;
}

/** Keeps the release of an image that runs as it is, and records its use. */
export function keepImage(image: string, home = RELEASES): void {
  mkdirSync(home, { recursive: true });
  const draft = mkdtempSync(join(home, "draft-"));
  try {
    writeFileSync(join(draft, IMAGE), image);
    keep(draft, folderContent(draft), home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The releases that a stack can go back to, the last used first. */
export function kept(home = RELEASES): Kept[] {
  return stored(home).filter(({ release }) => isWhole(release, home));
}

/** The releases that can be removed. @param releases the last used first */
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

/** Whether a release's folder still has the content that its name stands for: it may have been edited. */
function isWhole(release: string, home: string): boolean {
  const folder = releaseFolder(release, home);
  return existsSync(folder) && folderContent(folder).version === release;
}

/** Creates the folder complete or not at all: another stack may be copying the same files, or uploading them. */
function copy(folder: string, { version, files, links, empty }: FolderContent, home: string): void {
  mkdirSync(home, { recursive: true });
  const draft = mkdtempSync(join(home, "draft-"));
  try {
    for (const { name, isExecutable } of files) {
      mkdirSync(dirname(join(draft, name)), { recursive: true });
      copyFileSync(join(folder, name), join(draft, name));
      // Every user of a container may read it. Programs derive versions of files from their times.
      chmodSync(join(draft, name), isExecutable ? 0o755 : 0o644);
      const { mtime } = statSync(join(folder, name));
      utimesSync(join(draft, name), mtime, mtime);
    }
    for (const name of empty) mkdirSync(join(draft, name), { recursive: true });
    for (const { name, target } of links) {
      mkdirSync(dirname(join(draft, name)), { recursive: true });
      symlinkSync(target, join(draft, name));
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
