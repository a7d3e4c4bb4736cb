import type Docker from "dockerode";
import type { Engines } from "../../stack/engines.ts";

/** The name of a drill's version of an image: the same repository and tag with a suffix, and no digest. */
export function drillImage(image: string): string {
  const [name = ""] = image.split("@");
  return `${name}${name.lastIndexOf(":") > name.lastIndexOf("/") ? "-" : ":"}drill`;
}

/**
 * Creates another version of an image on every engine, as its publisher would: the same content, another id and tag.
 */
export async function whileThereIsAnother(
  engines: Pick<Engines, "all">,
  image: string,
  work: (other: string) => Promise<void>,
): Promise<void> {
  const other = drillImage(image);
  for (const engine of engines.all) await commit(engine, image, other);
  try {
    await work(other);
  } finally {
    for (const engine of engines.all) await engine.getImage(other).remove();
  }
}

async function commit(engine: Docker, image: string, other: string): Promise<void> {
  const container = await engine.createContainer({ Image: image });
  try {
    const [repo, tag] = splitTag(other);
    await container.commit({ repo, tag, comment: "a drill's version" });
  } finally {
    await container.remove();
  }
}

function splitTag(image: string): [string, string] {
  const colon = image.lastIndexOf(":");
  return [image.slice(0, colon), image.slice(colon + 1)];
}
