import { join } from "node:path";

/** The folder of the kept releases and the journals, relative to the project. */
export const RELEASES = ".releases";

/**
 * The folder of a release. Files are uploaded from here and never from the user's folder: the stack's state records
 * each file's source, and another source of the same content would replace the seed container. So a rollback to content
 * that runs already changes nothing.
 */
export function releaseFolder(release: string, home = RELEASES): string {
  return join(home, release);
}
