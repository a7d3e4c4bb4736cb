import type { Problem } from "../config/problems.ts";
import { RELEASES } from "../releases/folder.ts";
import { releaseList } from "../releases/report.ts";
import { kept } from "../releases/store.ts";

/** Without this check a release that is not kept, or was changed since, would be noticed only at the upload. */
export function missingRelease(release: string, home = RELEASES, now = new Date()): Problem[] {
  const releases = kept(home);
  if (releases.some((one) => one.release === release)) return [];
  const [newest] = releases;
  return [
    {
      path: ["application", "release"],
      value: release,
      allowed:
        newest === undefined
          ? "nothing: no release is kept here yet; the first update keeps one"
          : `a kept release: ${releaseList(releases, now)}`,
      example: newest?.release,
    },
  ];
}
