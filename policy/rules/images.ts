import { type Context, planned } from "../context.ts";
import { inputsOf } from "../resources.ts";
import { both, ofContainers, ofServices, type Rule, violations } from "../rule.ts";

const IMAGE = "docker:index/remoteImage:RemoteImage";

/** A digest, an image's id, or a tag with a figure: others, such as stable, move. */
const EXACT = /(@sha256:[0-9a-f]{64}|:(?=[^/]*\d)\w[\w.-]*)$|^sha256:/;

export const exactImages: Rule = {
  cure: "Name the image by name:tag or name@sha256:…; images of the stack are settings (images).",
  resource: both(
    (resource) => {
      const image = inputsOf(resource, IMAGE);
      return violations([
        image !== undefined && !EXACT.test(image.name) && `The image ${image.name} of ${resource.name} may change.`,
      ]);
    },
    ofContainers(({ image }, name) => [
      image !== undefined && !EXACT.test(image) && `The image ${image} of ${name} may change.`,
    ]),
  ),
};

/** A tag that begins with three numbers, with or without a digest after it. */
const FULL_VERSION = /:\d+\.\d+\.\d+(-[\w.-]+)?(@sha256:[0-9a-f]{64})?$/;

export const databaseVersion: Rule = {
  cure: "Set images.mysql to a full version, like mysql:9.7.4, or mysql:9.7.4@sha256:…, not older than the data.",
  plan: ({ config: { images } }) =>
    violations([!FULL_VERSION.test(images.mysql) && `images.mysql is ${images.mysql}, which names no full version.`]),
  resource: both(
    (resource, context) => {
      const image = inputsOf(resource, IMAGE);
      return violations([
        image !== undefined &&
          databaseImages(context).has(resource.name) &&
          image.name !== context.config.images.mysql &&
          `${resource.name} is ${image.name}, and images.mysql is ${context.config.images.mysql}.`,
      ]);
    },
    // The program gives containers the id of that image.
    ofServices(({ image }, name, context) => [
      image !== undefined &&
        planned(context, name)?.tier === "cluster" &&
        !image.startsWith("sha256:") &&
        image !== context.config.images.mysql &&
        `${name} runs ${image}, and images.mysql is ${context.config.images.mysql}.`,
    ]),
  ),
};

/** The logical names of the databases' images. */
function databaseImages({ topology: { cluster } }: Context): ReadonlySet<string> {
  return new Set(cluster.databases.map(({ name }) => `${name}-image`));
}
