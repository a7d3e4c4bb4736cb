import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { SERVICE_LABEL, stackLabels } from "../../engine/labels.ts";
import type { ProgramPlan, StoragePlan } from "../../topology/applicationPlan.ts";
import { hostOf, hostsByMachine } from "../host.ts";
import type { TierArgs } from "../tier.ts";

/** A folder that outlives containers, for a container's mounts. */
export interface Storage {
  readonly volume: docker.Volume;
  readonly path: string;
  /** In place before a container mounts the volume. */
  readonly seed: docker.Container;
}

interface StorageArgs extends TierArgs {
  readonly program: Pick<ProgramPlan, "storage" | "toolImage">;
  /** Whether volumes stay on the engine when they leave the stack. */
  readonly protect: boolean;
}

/**
 * The storages of the application, on each machine that runs it.
 * @param names the hosts that run the application
 * @returns the storages by host
 */
export function storages(
  args: StorageArgs,
  names: readonly string[],
  parent: pulumi.Resource,
): ReadonlyMap<string, readonly Storage[]> {
  const made = new Map<string, readonly Storage[]>();
  for (const [first, same] of hostsByMachine(args.hosts, names)) {
    const own = args.program.storage.map((plan) => storage(args, plan, first, parent));
    for (const name of same) made.set(name, own);
  }
  return made;
}

function storage(args: StorageArgs, plan: StoragePlan, hostName: string, parent: pulumi.Resource): Storage {
  const { provider } = hostOf(args.hosts, hostName);
  const name = `storage-${plan.name}-${hostName}`;
  const labels = stackLabels(args.identity);
  const volume = new docker.Volume(
    name,
    {
      name: plan.volume,
      ...(plan.driver === "local" ? {} : { driver: plan.driver }),
      ...(Object.keys(plan.options).length === 0 ? {} : { driverOpts: { ...plan.options } }),
      labels,
    },
    { parent, provider, retainOnDelete: args.protect, ignoreChanges: ["labels"] },
  );
  const image = new docker.RemoteImage(
    `${name}-image`,
    { name: args.program.toolImage, keepLocally: true },
    {
      parent,
      provider,
    },
  );
  // The engine gives an empty volume the mode of the folder in the image that it is mounted at first. Everybody may write
  // to /tmp, so any user of the application may write to the storage. The application's image may give another mode.
  const seed = new docker.Container(
    name,
    {
      image: image.imageId,
      command: ["true"],
      labels: [...labels, { label: SERVICE_LABEL, value: name }],
      start: false,
      mustRun: false,
      restart: "no",
      networkMode: "none",
      volumes: [{ volumeName: volume.name, containerPath: "/tmp" }],
    },
    { parent, provider, deleteBeforeReplace: true, ignoreChanges: ["labels", "image"] },
  );
  return { volume, path: plan.path, seed };
}
