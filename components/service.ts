import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type ResourceIdentity, SERVICE_LABEL, stackLabels } from "../engine/labels.ts";
import type { InstancePlan, PublishedPort } from "../topology/plan.ts";
import type { MountedFiles } from "./files.ts";
import type { Host } from "./host.ts";

/** How the engine finds out that a container serves. Durations in seconds. */
export interface Healthcheck {
  /** "CMD" and the arguments, or "CMD-SHELL" and a line; only with tools that the official image has. */
  readonly tests: readonly string[];
  /** Failures do not count for this long after the start. */
  readonly startPeriod: number;
}

export interface ServiceArgs {
  readonly identity: ResourceIdentity;
  readonly host: Host;
  readonly plan: InstancePlan;
  /** The networks that it joins, or the service whose network namespace it shares, with its addresses and ports. */
  readonly networks: docker.types.input.ContainerNetworksAdvanced[] | Service;
  /** The image's id, where it is not the plan's image itself. */
  readonly imageId?: pulumi.Input<string>;
  /** `uid:gid`; root only where capabilities are added, which the engine gives to nobody else. */
  readonly user: string;
  /** Added back to none at all, each as CAP_NAME. */
  readonly capabilities?: readonly string[];
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly files: readonly MountedFiles[];
  /** A volume that is written to, and where it is mounted. */
  readonly data?: { readonly volume: docker.Volume; readonly path: string };
  /** Writable folders in memory, each with its size in MB. They belong to the user. */
  readonly scratch?: Readonly<Record<string, number>>;
  readonly published?: readonly PublishedPort[];
  /** Absent: it is healthy as soon as it runs. */
  readonly healthcheck?: Healthcheck;
  /** Seconds from the stop signal to the kill. */
  readonly stopGrace: number;
  /**
   * stop-first: the old container is gone before the new one starts. start-first: the new one is healthy before the old
   * one is stopped, which needs both to work side by side. Default: stop-first.
   */
  readonly replacement?: "stop-first" | "start-first";
  /** Its share of the CPU where there is too little, beside 1024 for others. Default: 1024. */
  readonly cpuShares?: number;
  /** How its C library looks names up: options of resolv.conf. */
  readonly dnsOptions?: readonly string[];
  /** Kernel settings of its network namespace. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** A process 1 that reaps: for images whose main process has children that it does not know of. */
  readonly init?: boolean;
  /** Healthy before this one is created or replaced. */
  readonly after?: readonly Service[];
}

/** In-place updates of these are accepted by the provider and ignored by the engine; a failed start must be retried. */
const REPLACE_ON_CHANGES = ["healthcheck", "mounts", "tmpfs", "init", "#initerror"];

/**
 * A hardened container with its files: no capabilities but those that are named, a root file system that is read-only, limits, a health
 * check that must turn green before whoever depends on it goes on.
 *
 * Files reach a read-only container through a seed: a container that is never started, whose uploads land in a volume
 * that the real one mounts. Volume and seed carry their version in the name, so a change makes a new pair beside the
 * old one, then replaces the container, and the old pair goes last.
 */
export class Service extends pulumi.ComponentResource {
  readonly name: string;
  readonly container: docker.Container;

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:Service", name, {}, opts);
    this.name = name;
    const labels = [...stackLabels(args.identity), { label: SERVICE_LABEL, value: name }];
    const own = { parent: this, provider: args.host.provider };
    const image =
      args.imageId ??
      new docker.RemoteImage(`${name}-image`, { name: args.plan.image, keepLocally: true }, own).imageId;
    const network =
      args.networks instanceof Service
        ? { networkMode: pulumi.interpolate`container:${args.networks.container.id}` }
        : { hostname: name, networksAdvanced: args.networks };

    const mounts = args.files.map((files) => {
      const pair = [name, files.kind, ...(files.version === undefined ? [] : [files.version])].join("-");
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
          uploads: [...files.uploads],
        },
        { ...own, deleteBeforeReplace: true, ignoreChanges: ["labels"] },
      );
      return { seed, mount: { volumeName: volume.name, containerPath: files.path, readOnly: true } };
    });

    this.container = new docker.Container(
      name,
      {
        image,
        ...network,
        command: [...args.command],
        envs: Object.entries(args.environment ?? {})
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, value]) => pulumi.interpolate`${key}=${value}`),
        labels,
        user: args.user,
        groupAdds: args.files.some(({ kind }) => kind === "secrets") ? ["0"] : [],
        readOnly: true,
        capabilities: { ...(args.capabilities ? { adds: [...args.capabilities] } : {}), drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        init: args.init ?? false,
        memory: args.plan.memoryMb,
        memorySwap: args.plan.memoryMb,
        cpus: args.plan.cpus,
        ...(args.cpuShares === undefined ? {} : { cpuShares: args.cpuShares }),
        ...(args.dnsOptions === undefined ? {} : { dnsOpts: [...args.dnsOptions] }),
        ...(args.sysctls === undefined ? {} : { sysctls: args.sysctls }),
        ports: (args.published ?? []).map(({ address, port, target }) => ({
          ip: address,
          external: port,
          internal: target,
        })),
        volumes: [
          ...mounts.map(({ mount }) => mount),
          ...(args.data ? [{ volumeName: args.data.volume.name, containerPath: args.data.path }] : []),
        ],
        tmpfs: scratchFolders(args.user, args.scratch ?? {}),
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "3" },
        restart: "unless-stopped",
        ...(args.healthcheck ? waitForHealth(args.healthcheck) : {}),
        destroyGraceSeconds: args.stopGrace,
      },
      {
        ...own,
        deleteBeforeReplace: args.replacement !== "start-first",
        replaceOnChanges: REPLACE_ON_CHANGES,
        ignoreChanges: ["labels"],
        dependsOn: [...mounts.map(({ seed }) => seed), ...(args.after ?? []).map(({ container }) => container)],
      },
    );
    this.registerOutputs({ container: this.container.name });
  }
}

function waitForHealth({ tests, startPeriod }: Healthcheck) {
  return {
    healthcheck: {
      tests: [...tests],
      interval: "2s",
      timeout: "3s",
      retries: 3,
      startPeriod: goDuration(startPeriod),
    },
    wait: true,
    // The engine tells only that it is not healthy yet; a failure is one when its grace is over.
    waitTimeout: startPeriod + 60,
  };
}

/** The owner is said because older runtimes ignore the mode of a tmpfs over an existing folder and leave it to root. */
function scratchFolders(user: string, folders: Readonly<Record<string, number>>): Record<string, string> {
  const [uid, gid] = user.split(":");
  return Object.fromEntries(
    Object.entries(folders).map(([path, megabytes]) => [
      path,
      `rw,noexec,nosuid,nodev,size=${megabytes}m,uid=${uid},gid=${gid},mode=0750`,
    ]),
  );
}

/** Seconds as the engine writes them back; another spelling of the same duration is a change at every `up`. */
export function goDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
