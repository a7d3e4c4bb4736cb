import type Docker from "dockerode";

/** The name of a drill's version of an image: the same repository and tag with a suffix, and no digest. */
export function drillImage(image: string): string {
  const [name = ""] = image.split("@");
  return `${name}${name.lastIndexOf(":") > name.lastIndexOf("/") ? "-" : ":"}drill`;
}

/** Another version of an image, as a publisher would have it: the same content under another id and tag. */
export async function whileThereIsAnother(
  engine: Docker,
  image: string,
  work: (other: string) => Promise<void>,
): Promise<void> {
  const other = drillImage(image);
  const container = await engine.createContainer({ Image: image });
  try {
    const [repo, tag] = splitTag(other);
    await container.commit({ repo, tag, comment: "a drill's version" });
  } finally {
    await container.remove();
  }
  try {
    await work(other);
  } finally {
    await engine.getImage(other).remove();
  }
}

function splitTag(image: string): [string, string] {
  const colon = image.lastIndexOf(":");
  return [image.slice(0, colon), image.slice(colon + 1)];
}
