import type Docker from "dockerode";
import { familiarName } from "./reference.ts";
import { labels } from "./stand-ins.ts";

/** What the engine has under a name. */
export interface Found {
  /** Labels of ours, where the image is one that we made under this name; undefined: it is somebody else's. */
  readonly marks: Readonly<Record<string, string>> | undefined;
}

/**
 * Whether an image is one of ours. Labels do not say so: whatever is built on an image of ours inherits them. But ours
 * are finished by a label of ours, and what is built on them by something else.
 * @param steps the image's history, the newest step first
 */
export function isOurs(steps: readonly { readonly CreatedBy: string }[]): boolean {
  const [newest] = steps;
  return newest !== undefined && /(^|\s)LABEL "?foobar\.stand-in\b/.test(newest.CreatedBy);
}

/** The image under a name; undefined where the engine has none. */
export async function findImage(docker: Docker, name: string): Promise<Found | undefined> {
  const image = docker.getImage(name);
  try {
    const [{ Config }, steps] = await Promise.all([image.inspect(), image.history()]);
    const marks = Config.Labels ?? {};
    const isStandIn = isOurs(steps) && marks[labels.standsFor] === familiarName(name);
    return { marks: isStandIn ? marks : undefined };
  } catch (error) {
    if (error instanceof Error && "statusCode" in error && error.statusCode === 404) return undefined;
    throw error;
  }
}
