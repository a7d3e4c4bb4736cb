import { join } from "node:path";

/** Where releases are kept and journals are written, relative to the project. */
export const RELEASES = ".releases";

/**
 * The folder of a release. Files are uploaded from here and never from where the user has them: the stack's state notes
 * each file's source, and another source of the same content would replace what carries it. So going back to a content
 * that runs already is no change.
 */
export function releaseFolder(release: string, home = RELEASES): string {
  return join(home, release);
}
