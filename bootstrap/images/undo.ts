import type Docker from "dockerode";
import { removeCached } from "../cache.ts";
import { aptRemove } from "../engine/apt.ts";
import { archiveName, baseRepository, imagesState } from "./base.ts";
import { isOurs } from "./identity.ts";
import { toolsName } from "./nodeTools.ts";
import { parseReference } from "./reference.ts";
import { labels } from "./stand-ins.ts";

/** Removes the stand-ins and what they were made with; returns one line saying what was done. */
export async function undo(docker: Docker): Promise<string> {
  const labelled = await docker.listImages({ filters: { label: [labels.program] } });
  const ours = [];
  for (const image of labelled) if (await isOurOwn(docker, image)) ours.push(image);
  // The base comes last: the others are made on it.
  const sorted = ours.toSorted((a, b) => Number(isBase(a)) - Number(isBase(b)));
  const names = sorted.flatMap(namesWeGave);
  const nameless = sorted.flatMap(({ Id, RepoTags }) => (realTags(RepoTags).length === 0 ? [Id] : []));
  for (const name of [...names, ...nameless]) await removeImage(docker, name);
  const archives = [...(await removeCached(archiveName)), ...(await removeCached(toolsName))];
  const { packages = [] } = await imagesState.read();
  if (packages.length > 0) await aptRemove(packages);
  await imagesState.clear();
  const removed = [...names, ...archives, ...packages];
  if (removed.length === 0) return "Images: no stand-in was here, so there is nothing to undo";
  return `Images: removed ${removed.join(", ")}`;
}

/**
 * Stand-ins, those that were rebuilt and have no name any more, and what a build left that broke: that one has no name
 * either, and the base's label. What somebody built on a stand-in is theirs.
 */
async function isOurOwn(docker: Docker, image: Docker.ImageInfo): Promise<boolean> {
  if (isBase(image) && realTags(image.RepoTags).length === 0) return true;
  return isOurs(await docker.getImage(image.Id).history());
}

const realTags = (tags: readonly string[] | null | undefined): string[] =>
  (tags ?? []).filter((tag) => !tag.startsWith("<none>"));

/** A name that somebody else gave to one of our images stays, and the image with it. */
function namesWeGave(image: Docker.ImageInfo): string[] {
  const standsFor = parseReference(image.Labels?.[labels.standsFor] ?? "");
  return realTags(image.RepoTags).filter((tag) => {
    const { repository, tag: version } = parseReference(tag);
    return isBase(image)
      ? repository === baseRepository
      : repository === standsFor.repository && version === standsFor.tag;
  });
}

/** Removes a name, or an image; one that went with another meanwhile is fine, one that a container uses stays. */
async function removeImage(docker: Docker, name: string): Promise<void> {
  try {
    await docker.getImage(name).remove({ force: true });
  } catch (error) {
    const code = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
    if (code !== 404 && code !== 409) throw error;
  }
}

const isBase = ({ Labels }: Docker.ImageInfo): boolean => Labels?.[labels.program] === "base";
