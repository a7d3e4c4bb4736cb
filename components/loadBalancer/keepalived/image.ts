import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

/** Relative to the project, so that the state does not depend on the place of the checkout. */
const CONTEXT = "components/loadBalancer/keepalived/image";

/** The image's name. Its tag is a hash of everything that it is built from, so a change gives another image. */
export function keepalivedImageName(dockerfile: string, base: string): string {
  const hash = createHash("sha256").update(dockerfile).update("\0").update(base).digest("hex");
  return `foobar-keepalived:${hash.slice(0, 10)}`;
}

/**
 * Builds keepalived's image on the engine of the provider in `opts`, from the image `base`: the Debian variant of
 * HAProxy's. The image outlives `destroy`: other stacks on the engine may use it, and building it again needs Debian's
 * archive. The engine's own builder is used, so that no machine needs a plugin of Docker's client.
 */
export function keepalivedImage(name: string, base: string, opts: pulumi.CustomResourceOptions): docker.RemoteImage {
  const dockerfile = readFileSync(new URL("image/Dockerfile", import.meta.url), "utf8");
  return new docker.RemoteImage(
    name,
    {
      name: keepalivedImageName(dockerfile, base),
      build: { context: CONTEXT, buildArgs: { BASE: base }, useLegacyBuilder: true },
      keepLocally: true,
    },
    opts,
  );
}
