import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

/** Relative to the project, so that the state does not depend on the place of the checkout. */
export const KEEPALIVED_CONTEXT = "components/loadBalancer/keepalived/image";

/** What the image is built from, and how. */
export interface KeepalivedImage {
  readonly name: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Images that the builder takes steps from. */
  readonly cacheFroms: readonly string[];
}

/** The image's name. Its tag is a hash of everything that it is built from, so a change gives another image. */
export function keepalivedImageName(dockerfile: string, base: string): string {
  const hash = createHash("sha256").update(dockerfile).update("\0").update(base).digest("hex");
  return `foobar-keepalived:${hash.slice(0, 10)}`;
}

/**
 * The image on `base`. For several machines it keeps what a builder has to know about its steps. Where it was copied to
 * an engine, that engine builds it from the copy without a step, with the same id, and needs no archive.
 */
export function keepalivedImageOf(base: string, isSeveral: boolean): KeepalivedImage {
  const dockerfile = readFileSync(new URL("image/Dockerfile", import.meta.url), "utf8");
  const name = keepalivedImageName(dockerfile, base);
  if (!isSeveral) return { name, buildArgs: { BASE: base }, cacheFroms: [] };
  const kept = `${name}-several`;
  return { name: kept, buildArgs: { BASE: base, BUILDKIT_INLINE_CACHE: "1" }, cacheFroms: [kept] };
}

/**
 * Builds keepalived's image on the engine of the provider in `opts`, from the image `base`: the Debian variant of
 * HAProxy's. The image outlives `destroy`: other stacks on the engine may use it, and building it again needs Debian's
 * archive. The engine's own builder is used, so that no machine needs a plugin of Docker's client.
 */
export function keepalivedImage(
  name: string,
  image: KeepalivedImage,
  opts: pulumi.CustomResourceOptions,
): docker.RemoteImage {
  const { buildArgs, cacheFroms } = image;
  return new docker.RemoteImage(
    name,
    {
      name: image.name,
      build: {
        context: KEEPALIVED_CONTEXT,
        buildArgs,
        ...(cacheFroms.length === 0 ? {} : { cacheFroms: [...cacheFroms] }),
        useLegacyBuilder: true,
      },
      keepLocally: true,
    },
    opts,
  );
}
