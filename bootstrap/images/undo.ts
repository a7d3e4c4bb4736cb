import type Docker from "dockerode";
import { parseReference } from "../../engine/reference.ts";
import { removeCached } from "../cache.ts";
import { aptRemove } from "../engine/apt.ts";
import { ARCHIVE_NAME, BASE_REPOSITORY, imagesState } from "./base.ts";
import { removeGoPrograms } from "./goPrograms.ts";
import { isOurs } from "./identity.ts";
import { TOOLS_NAME } from "./nodeTools.ts";
import { LABELS } from "./stand-ins.ts";

/** Removes the stand-ins and their build products; returns a line that says what was removed. */
export async function undo(docker: Docker): Promise<string> {
  const labelled = await docker.listImages({ filters: { label: [LABELS.program] } });
  const ours = [];
  for (const image of labelled) if (await isOurOwn(docker, image)) ours.push(image);
  // The base comes last: the others are made on it.
  const sorted = ours.toSorted((a, b) => Number(isBase(a)) - Number(isBase(b)));
  const names = sorted.flatMap(namesWeGave);
  const nameless = sorted.flatMap(({ Id, RepoTags }) => (realTags(RepoTags).length === 0 ? [Id] : []));
  for (const name of [...names, ...nameless]) await removeImage(docker, name);
  const archives = [
    ...(await removeCached(ARCHIVE_NAME)),
    ...(await removeCached(TOOLS_NAME)),
    ...(await removeGoPrograms()),
  ];
  const { packages = [] } = await imagesState.read();
  if (packages.length > 0) await aptRemove(packages);
  await imagesState.clear();
  const removed = [...names, ...archives, ...packages];
  if (removed.length === 0) return "images: nothing had been provided";
  return `images: removed ${removed.join(", ")}`;
}

/**
 * Whether an image is a stand-in, including one that was rebuilt and has no name any more, or a leftover of a failed
 * build: that has no name either, and the base's label. An image that somebody built on a stand-in is not one.
 */
async function isOurOwn(docker: Docker, image: Docker.ImageInfo): Promise<boolean> {
  if (isBase(image) && realTags(image.RepoTags).length === 0) return true;
  return isOurs(await docker.getImage(image.Id).history());
}

const realTags = (tags: readonly string[] | null | undefined): string[] =>
  (tags ?? []).filter((tag) => !tag.startsWith("<none>"));

/** The names that this program gave to a stand-in. A name from somebody else stays, and the image with it. */
function namesWeGave(image: Docker.ImageInfo): string[] {
  const standsFor = parseReference(image.Labels?.[LABELS.standsFor] ?? "");
  return realTags(image.RepoTags).filter((tag) => {
    const { repository, tag: version } = parseReference(tag);
    return isBase(image)
      ? repository === BASE_REPOSITORY
      : repository === standsFor.repository && version === standsFor.tag;
  });
}

/** Removes a name or an image. It may be gone already; an image that a container uses stays. */
async function removeImage(docker: Docker, name: string): Promise<void> {
  try {
    await docker.getImage(name).remove({ force: true });
  } catch (error) {
    const code = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
    if (code !== 404 && code !== 409) throw error;
  }
}

const isBase = ({ Labels }: Docker.ImageInfo): boolean => Labels?.[LABELS.program] === "base";
