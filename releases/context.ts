import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create } from "tar";
import { RELEASES, releaseFolder } from "./folder.ts";

/** The folder of what builders get to make images of releases, beside the releases. */
const CONTEXTS = "images";

const ARCHIVE = "files.tar";

/** What an image is made of: a release's files, put into a folder of another image. */
export interface FilesImage {
  readonly release: string;
  /** The image that the files are put into. */
  readonly base: string;
  /** The folder in the image. */
  readonly path: string;
}

/** The Dockerfile of an image with files. A builder unpacks an archive with its modes, links and empty folders. */
export function dockerfileOf({ base, path }: FilesImage): string {
  return `FROM ${base}\nADD ${ARCHIVE} ${path}/\n`;
}

/** The folder of a release's context, relative to the project. */
export function contextFolder(release: string, tag: string, home = RELEASES): string {
  return join(home, CONTEXTS, `${release}-${tag}`);
}

/**
 * Writes a Dockerfile and one archive of a kept release. A single file reaches the engine in one transfer, and no
 * .dockerignore among the files can leave any of them out. The folder is there complete or not at all.
 */
export function writeContext(image: FilesImage, tag: string, home = RELEASES): void {
  const folder = contextFolder(image.release, tag, home);
  if (existsSync(folder)) return;
  mkdirSync(join(home, CONTEXTS), { recursive: true });
  const draft = mkdtempSync(join(home, CONTEXTS, "draft-"));
  try {
    // portable: the archive depends on the files alone, and they belong to root, whoever has made it.
    create({ sync: true, portable: true, file: join(draft, ARCHIVE), cwd: releaseFolder(image.release, home) }, ["."]);
    writeFileSync(join(draft, "Dockerfile"), dockerfileOf(image));
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Removes the contexts of a release that is no longer kept. */
export function removeContexts(release: string, home = RELEASES): void {
  const all = existsSync(join(home, CONTEXTS)) ? readdirSync(join(home, CONTEXTS)) : [];
  for (const name of all.filter((name) => name.startsWith(`${release}-`))) {
    rmSync(join(home, CONTEXTS, name), { recursive: true, force: true });
  }
}
