import type Docker from "dockerode";
import { labelFilter } from "../../engine/labels.ts";
import { releaseImageName } from "../../topology/program.ts";
import { atAll, stackEngines } from "../stack/engines.ts";
import { PROJECT } from "../stack/project.ts";

/** The images of releases that stay on an engine, the present one included: a rollback to one builds nothing. */
export const KEPT_IMAGES = 6;

/**
 * Removes the images that were built for releases of a stack, but for the newest ones. Those that containers use stay. A
 * release whose image is gone is built again from its kept files.
 * @param most how many stay on each engine
 */
export async function removeReleaseImages(stack: string, most: number): Promise<void> {
  await atAll(await stackEngines(stack), ({ client }) => removeAt(client, stack, most));
}

async function removeAt(engine: Docker, stack: string, most: number): Promise<void> {
  const images = await engine.listImages({ filters: { label: labelFilter({ project: PROJECT, stack }) } });
  for (const { Id } of surplus(images.filter(isRelease(stack)), most)) {
    // The engine keeps an image that a container uses, and one that has further names.
    await engine
      .getImage(Id)
      .remove()
      .catch(() => undefined);
  }
}

/** Whether an image has no other names than a release's: one that somebody has built on a release has its labels, too. */
export function isRelease(stack: string) {
  return ({ RepoTags }: Pick<Docker.ImageInfo, "RepoTags">): boolean =>
    (RepoTags ?? []).length > 0 &&
    (RepoTags ?? []).every((name) => name.startsWith(`${releaseImageName(PROJECT, stack)}:`));
}

/** The images beyond the newest ones. */
export function surplus<T extends { readonly Created: number }>(images: readonly T[], most: number): T[] {
  return [...images].sort((one, other) => other.Created - one.Created).slice(most);
}
