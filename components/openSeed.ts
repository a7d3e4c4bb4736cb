import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { type ResourceIdentity, SERVICE_LABEL, stackLabels } from "../engine/labels.ts";
import type { Host } from "./host.ts";

interface OpenSeedArgs {
  readonly identity: ResourceIdentity;
  readonly host: Host;
  /** An image with a folder /tmp. */
  readonly image: string;
  readonly volume: docker.Volume;
}

/**
 * A container, never started, by which every user may write to a new volume: the engine gives an empty volume the mode of
 * the folder in the image that it is mounted at first, and everybody may write to /tmp.
 */
export function openSeed(name: string, args: OpenSeedArgs, parent: pulumi.Resource): docker.Container {
  const own = { parent, provider: args.host.provider };
  const image = new docker.RemoteImage(`${name}-image`, { name: args.image, keepLocally: true }, own);
  return new docker.Container(
    name,
    {
      image: image.imageId,
      command: ["true"],
      labels: [...stackLabels(args.identity), { label: SERVICE_LABEL, value: name }],
      start: false,
      mustRun: false,
      restart: "no",
      networkMode: "none",
      volumes: [{ volumeName: args.volume.name, containerPath: "/tmp" }],
    },
    { ...own, deleteBeforeReplace: true, ignoreChanges: ["labels", "image"] },
  );
}
