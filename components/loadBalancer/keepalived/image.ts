import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

/** Relative to the project, so that the state is the same wherever the project is checked out. */
const CONTEXT = "components/loadBalancer/keepalived/image";

/** The image's name: its tag stands for all that it is built from, so that a change is another image. */
export function keepalivedImageName(dockerfile: string, base: string): string {
  const hash = createHash("sha256").update(dockerfile).update("\0").update(base).digest("hex");
  return `foobar-keepalived:${hash.slice(0, 10)}`;
}

/**
 * Builds keepalived's image on the engine of the provider in `opts`, on the image `base`: HAProxy's, in its Debian
 * variant. It outlives `destroy`: other stacks on the engine may run the same, and building it again needs Debian's
 * archive. The engine builds by itself, so that no machine needs a plugin of Docker's client.
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
