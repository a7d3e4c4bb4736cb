import type Docker from "dockerode";
import { familiarName } from "../../engine/reference.ts";
import { LABELS } from "./stand-ins.ts";

/** An image that the engine has under a name. */
export interface Found {
  /** Its labels, if it is a stand-in that this program made under this name. undefined: it is another image. */
  readonly marks: Readonly<Record<string, string>> | undefined;
}

/**
 * Whether an image is a stand-in that this program made. Labels do not tell it, because images built on a stand-in
 * inherit them. But the last step of a stand-in sets a label of this program, and the last step of an image built on it
 * does not.
 * @param steps the image's history, the newest step first
 */
export function isOurs(steps: readonly { readonly CreatedBy: string }[]): boolean {
  const [newest] = steps;
  return newest !== undefined && /(^|\s)LABEL "?foobar\.stand-in\b/.test(newest.CreatedBy);
}

/** The image under a name; undefined if the engine has none. */
export async function findImage(docker: Docker, name: string): Promise<Found | undefined> {
  const image = docker.getImage(name);
  try {
    const [{ Config }, steps] = await Promise.all([image.inspect(), image.history()]);
    const marks = Config.Labels ?? {};
    const isStandIn = isOurs(steps) && marks[LABELS.standsFor] === familiarName(name);
    return { marks: isStandIn ? marks : undefined };
  } catch (error) {
    if (error instanceof Error && "statusCode" in error && error.statusCode === 404) return undefined;
    throw error;
  }
}
