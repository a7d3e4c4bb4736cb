import type { Problem } from "../config/problems.ts";
import { RELEASES } from "../releases/folder.ts";
import { releaseList } from "../releases/report.ts";
import { imageOf, kept } from "../releases/store.ts";
import type { ProgramPlan } from "../topology/applicationPlan.ts";

/** Without this check a release that is not kept, or was changed since, would be noticed only at the upload. */
export function missingRelease(
  release: string,
  { kind, image }: Pick<ProgramPlan, "kind" | "image">,
  home = RELEASES,
  now = new Date(),
): Problem[] {
  const releases = kept(home);
  if (releases.some((one) => one.release === release))
    return ofAnotherKind(release, imageOf(release, home), kind, image);
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

/** A release of files does not run as an image alone, nor the other way round. */
function ofAnotherKind(release: string, of: string | undefined, kind: ProgramPlan["kind"], image: string): Problem[] {
  if (kind === "image" ? of === image : of === undefined) return [];
  const path = ["application", "release"];
  if (of === undefined) {
    return [
      {
        path,
        value: release,
        allowed: "a release of this image: that one has files, which application.files or build name",
      },
    ];
  }
  return [{ path, value: release, allowed: `with application.image ${of} alone: that release is this image` }];
}
