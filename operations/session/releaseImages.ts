import type Docker from "dockerode";
import { labelFilter } from "../../engine/labels.ts";
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
  for (const { Id } of surplus(images, most)) {
    // The engine keeps an image that a container uses, and one that has further names.
    await engine
      .getImage(Id)
      .remove()
      .catch(() => undefined);
  }
}

/** The images beyond the newest ones. */
export function surplus<T extends { readonly Created: number }>(images: readonly T[], most: number): T[] {
  return [...images].sort((one, other) => other.Created - one.Created).slice(most);
}
