import { isNodeImage } from "./kinds.ts";
import type { Settings } from "./schema.ts";

/**
 * What the application is. sample: the one of this project. files: a folder that is put into an image. build: a folder
 * with a Dockerfile. image: an image that runs as it is.
 */
export type ApplicationKind = "sample" | "files" | "build" | "image";

type Application = Settings["application"];

/**
 * The kind of the application. The sample application runs in an image of Node.js; another `images.application` without
 * files is an application of its own.
 */
export function applicationKind(
  { image, files, build }: Pick<Application, "image" | "files" | "build">,
  { application: usual }: Pick<Settings["images"], "application">,
): ApplicationKind {
  if (build !== undefined) return "build";
  if (files !== undefined) return "files";
  return image !== undefined || !isNodeImage(usual) ? "image" : "sample";
}
