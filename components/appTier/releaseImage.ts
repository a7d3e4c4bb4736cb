import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { PROJECT_LABEL, type ResourceIdentity, STACK_LABEL } from "../../engine/labels.ts";
import { type FolderContent, shortHash } from "../../releases/content.ts";
import { contextFolder, dockerfileOf, writeContext } from "../../releases/context.ts";
import { releaseFolder } from "../../releases/folder.ts";
import { imageVersion, keep, keepImage } from "../../releases/store.ts";
import type { ProgramPlan } from "../../topology/applicationPlan.ts";
import type { InstancePlan } from "../../topology/instancePlan.ts";
import { type Host, hostOf, hostsByMachine } from "../host.ts";
import type { TierArgs } from "../tier.ts";
import { applicationContent, applicationFolder } from "./applicationFolder.ts";

/** A release of the application: the version of what runs, and the image that has it. */
export interface Release {
  readonly version: string;
  /** The image that is built for it. undefined: none; it runs in the plan's image. */
  readonly image: BuiltImage | undefined;
  /** The sample application's files, which are mounted: a preview on a fresh clone keeps no copy of them. */
  readonly mounted?: FolderContent;
}

/** What a builder makes an image of. */
interface BuiltImage {
  readonly name: string;
  /** Relative to the project, so that the state does not depend on the place of the checkout. */
  readonly context: string;
  readonly dockerfile: string;
  readonly arguments: Readonly<Record<string, string>>;
}

/**
 * The release that the plan asks for. Outside of a preview its files are kept, for a rollback and for the builder: it
 * reads them from there and never from the user's folder, which may change meanwhile.
 */
export function release(program: ProgramPlan): Release {
  const { kind, image, filesPath, dockerfile, buildArguments, imageName } = program;
  const isMade = !pulumi.runtime.isDryRun();
  if (kind === "image") {
    if (isMade) keepImage(image);
    return { version: imageVersion(image), image: undefined };
  }
  const folder = applicationFolder(program);
  const content = applicationContent(program, folder);
  const { version } = content;
  if (isMade) keep(folder, content);
  if (kind === "sample") return { version, image: undefined, mounted: content };
  if (kind === "build") {
    const tag = shortHash([version, dockerfile, JSON.stringify(Object.entries(buildArguments).sort())]);
    const context = releaseFolder(version);
    return { version, image: { name: `${imageName}:${tag}`, context, dockerfile, arguments: buildArguments } };
  }
  const files = { release: version, base: image, path: filesPath };
  const tag = shortHash([version, dockerfileOf(files)]);
  if (isMade) writeContext(files, tag);
  const context = contextFolder(version, tag);
  return { version, image: { name: `${imageName}:${tag}`, context, dockerfile: "Dockerfile", arguments: {} } };
}

interface Users extends TierArgs {
  /** The containers that run the image. */
  readonly plans: readonly InstancePlan[];
  readonly processes: readonly InstancePlan[];
}

/** Builds a release's image, if it has one, on each machine that runs it; the image of each host by the host's name. */
export function releaseImages(
  { image }: Release,
  { hosts, identity, plans, processes }: Users,
  parent: pulumi.Resource,
): ReadonlyMap<string, docker.RemoteImage> {
  const built = new Map<string, docker.RemoteImage>();
  if (image === undefined) return built;
  const names = [...plans, ...processes].map(({ host }) => host);
  for (const [first, same] of hostsByMachine(hosts, names)) {
    const made = buildRelease(`app-image-${first}`, image, identity, hostOf(hosts, first), parent);
    for (const name of same) built.set(name, made);
  }
  return built;
}

/**
 * Builds a release's image on an engine. The image stays there when another release replaces it, so that a rollback is
 * quick; npm run up removes all but the newest ones (operations/session/releaseImages.ts).
 */
function buildRelease(
  name: string,
  built: BuiltImage,
  { project, stack }: Pick<ResourceIdentity, "project" | "stack">,
  { provider }: Pick<Host, "provider">,
  parent: pulumi.Resource,
): docker.RemoteImage {
  return new docker.RemoteImage(
    name,
    {
      name: built.name,
      build: {
        context: built.context,
        dockerfile: built.dockerfile,
        buildArgs: { ...built.arguments },
        label: { [PROJECT_LABEL]: project, [STACK_LABEL]: stack },
        // The engine's own builder, so that no machine needs a plugin of Docker's client.
        useLegacyBuilder: true,
      },
      keepLocally: true,
    },
    { parent, provider },
  );
}
