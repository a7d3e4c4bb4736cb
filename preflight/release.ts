import type { Problem } from "../config/problems.ts";
import { RELEASES } from "../releases/folder.ts";
import { releaseList } from "../releases/report.ts";
import { kept } from "../releases/store.ts";

/** A release that is not kept, or was changed since, would only be missed when its files are uploaded. */
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
          ? "nothing: no release is kept here yet, the first update keeps one"
          : `a release that is kept: ${releaseList(releases, now)}`,
      example: newest?.release,
    },
  ];
}
