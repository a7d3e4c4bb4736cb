import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { MountedFiles } from "./files.ts";
import type { Host } from "./host.ts";
import { emptyFolders } from "./userParts.ts";

/** Files that are in place for containers, which mount their volume. */
export interface PlacedFiles {
  readonly kind: MountedFiles["kind"];
  /** The container that put them in place. */
  readonly seed: docker.Container;
  readonly mount: docker.types.input.ContainerVolume;
}

interface PlacedArgs {
  readonly host: Host;
  readonly image: pulumi.Input<string>;
  readonly labels: docker.types.input.VolumeLabel[];
  readonly imageVolumes: readonly string[] | undefined;
  readonly dependsOn: readonly pulumi.Resource[];
  readonly own: pulumi.CustomResourceOptions;
}

/** Puts files of a service into a volume, by a container that is never started. */
export function placeFiles(
  service: string,
  files: MountedFiles,
  { host, image, labels, imageVolumes, dependsOn, own }: PlacedArgs,
): PlacedFiles {
  const pair = pairName(host, service, files);
  const volume = new docker.Volume(pair, { labels }, { ...own, ignoreChanges: ["labels"] });
  const seed = new docker.Container(
    pair,
    {
      image,
      command: ["true"],
      labels,
      start: false,
      mustRun: false,
      restart: "no",
      networkMode: "none",
      volumes: [{ volumeName: volume.name, containerPath: files.path }],
      ...(imageVolumes === undefined ? {} : { tmpfs: emptyFolders(imageVolumes) }),
      uploads: [...files.uploads],
    },
    {
      ...own,
      deleteBeforeReplace: true,
      replaceOnChanges: ["tmpfs"],
      ignoreChanges: ["labels"],
      dependsOn: [...dependsOn],
    },
  );
  return { kind: files.kind, seed, mount: { volumeName: volume.name, containerPath: files.path, readOnly: true } };
}

/** The name of the volume and the seed of files. On a machine that is left out the present ones stay. */
function pairName(host: Host, service: string, { kind, version }: MountedFiles): string {
  const name = [service, kind, ...(version === undefined ? [] : [version])].join("-");
  const { containers = [] } = host.away ?? {};
  return containers.includes(name) ? name : (containers.find((one) => one.startsWith(`${service}-${kind}-`)) ?? name);
}
