import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { PURPOSE_LABEL, type ResourceIdentity, SERVICE_LABEL, stackLabels } from "../engine/labels.ts";
import type { InstancePlan, PublishedPort } from "../topology/instancePlan.ts";
import type { MountedFiles } from "./files.ts";
import { HEALTH_FOLDER, type Healthcheck, waitForHealth } from "./healthcheck.ts";
import type { Host } from "./host.ts";
import { logging } from "./logging.ts";
import { type PlacedFiles, placeFiles } from "./placedFiles.ts";
import { emptyFolders, scratchFolders, userLimits } from "./userParts.ts";

/** What a service waits for. */
export interface Waits {
  /** Healthy before the service is created or replaced. */
  readonly after: readonly Service[];
  /** Their files are in place before the service's files are. */
  readonly filesAfter?: readonly Service[];
  /** Healthy before files change that the running container reads, such as the password of a database. */
  readonly liveFilesAfter?: readonly Service[];
}

export interface ServiceArgs extends Partial<Waits> {
  readonly identity: ResourceIdentity;
  readonly host: Host;
  readonly plan: InstancePlan;
  /**
   * The networks that it joins; or the service whose network namespace it shares, with its addresses and ports; or its
   * host's own network; or none at all.
   */
  readonly networks: docker.types.input.ContainerNetworksAdvanced[] | Service | "host" | "none";
  /** The image's id, if the container does not run the plan's image. */
  readonly imageId?: pulumi.Input<string>;
  /**
   * `uid:gid`, or a user of the image's by name; undefined: the image's own. The engine gives capabilities to root only.
   */
  readonly user: string | undefined;
  /** Capabilities that the container keeps, each as CAP_NAME; all others are dropped. */
  readonly capabilities?: readonly string[];
  /** undefined: the image's own. */
  readonly command: readonly string[] | undefined;
  /** undefined: the image's own. */
  readonly entrypoint?: readonly string[] | undefined;
  /** undefined: the image's own. */
  readonly workingDirectory?: string | undefined;
  /** Whether the root file system is writable. Default: it is read-only. */
  readonly isRootWritable?: boolean;
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly files: readonly MountedFiles[];
  /** Files of another service that this container reads, too, at the same paths. */
  readonly sharedFiles?: readonly PlacedFiles[];
  /** A volume with data, and the path that it is mounted at. Default: writable. */
  readonly data?: { readonly volume: docker.Volume; readonly path: string; readonly readOnly?: boolean };
  /** Volumes, each at its path, that other containers have, too. Default: writable. */
  readonly storage?: readonly {
    readonly volume: docker.Volume;
    readonly path: string;
    readonly readOnly?: boolean;
    /** The container that prepares the volume. undefined: it needs none. */
    readonly seed?: docker.Container;
  }[];
  /** The path at which it has the whole file system of its machine, read-only. Default: it has none of it. */
  readonly machineRoot?: string;
  /** A writable folder on disk, whose content is lost with the container. */
  readonly work?: string;
  /**
   * Folders that the image declares as volumes. The engine would give each container, seeds too, a writable volume
   * without a name and without a limit there; an empty folder in memory takes its place where nothing else is mounted.
   */
  readonly imageVolumes?: readonly string[];
  /** Whether its processes may share memory by /dev/shm. Default: no, and there is no such folder. */
  readonly sharedMemory?: boolean;
  /**
   * Writable folders in memory, each with its size in MB. They belong to `user`; where that is no number, everybody in
   * the container can write to them.
   */
  readonly scratch?: Readonly<Record<string, number>>;
  readonly published?: readonly Omit<PublishedPort, "serves">[];
  /** Without one the container counts as healthy as soon as it runs. */
  readonly healthcheck?: Healthcheck;
  /** Seconds from the stop signal to the kill. */
  readonly stopGrace: number;
  /**
   * stop-first: the old container is gone before the new one starts. start-first: the new one is healthy before the old
   * one is stopped, which needs both to work side by side. Default: stop-first.
   */
  readonly replacement?: "stop-first" | "start-first";
  /**
   * Whether the container is only created: what starts it for a task knows when, and waits for its end. It has no health
   * then, and nothing restarts it.
   */
  readonly isTask?: boolean;
  /** What is done around the container's creation and removal. */
  readonly hooks?: pulumi.ResourceHookBinding;
  /** Resources that are in place before the container is created or replaced. */
  readonly dependsOn?: readonly pulumi.Resource[];
  /** Its weight when CPU is short. Default: 1024, which other containers have. */
  readonly cpuShares?: number;
  /** Options of resolv.conf, by which the C library looks up names. */
  readonly dnsOptions?: readonly string[];
  /** The servers that the engine asks for names outside of its networks. Default: those of the host. */
  readonly dnsServers?: readonly string[];
  /** Kernel settings of its network namespace. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Whether process 1 is an init that reaps children: for main processes that do not reap all of theirs. */
  readonly init?: boolean;
}

/** The provider would update these in place, which the engine ignores. `#initerror` makes a failed start be retried. */
const REPLACE_ON_CHANGES = ["healthcheck", "mounts", "tmpfs", "init", "#initerror"];

/** A task's container runs when it is told to. */
const TASK = { start: false, mustRun: false, restart: "no" } as const;

/**
 * A hardened container with its files: no capabilities but the named ones, a read-only root file system, limits, and a
 * health check that has to succeed before dependent services are changed.
 *
 * Files reach a read-only container by a seed container, which is never started: its uploads land in a volume that the
 * service's container mounts. Volume and seed have their version in the name, so a change creates a new pair beside the
 * old one, then replaces the container, and removes the old pair last.
 */
export class Service extends pulumi.ComponentResource {
  readonly name: string;
  readonly container: docker.Container;
  /** Whether it is on a machine that is left out of this update. Nobody waits for it then. */
  readonly isAway: boolean;
  /** The services that it waits for. */
  readonly before: readonly Service[];
  /** Its own files. */
  readonly placed: readonly PlacedFiles[];
  /** The containers that put in place what it reads. */
  readonly seeds: readonly docker.Container[];

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:Service", name, {}, opts);
    this.name = name;
    this.isAway = args.host.away !== undefined;
    this.before = present(args.after ?? []);
    const ofService = [...stackLabels(args.identity), { label: SERVICE_LABEL, value: name }];
    const labels = args.isTask ? [...ofService, { label: PURPOSE_LABEL, value: name }] : ofService;
    const own = { parent: this, provider: args.host.provider };
    const image =
      args.imageId ??
      new docker.RemoteImage(`${name}-image`, { name: args.plan.image, keepLocally: true }, own).imageId;
    const network = networkOf(name, args);

    const filesAfter = present(args.filesAfter ?? []).flatMap(({ seeds }) => seeds);
    const liveFilesAfter = present(args.liveFilesAfter ?? []).map(({ container }) => container);
    this.placed = args.files.map((files) =>
      placeFiles(name, files, {
        host: args.host,
        image,
        labels,
        imageVolumes: args.imageVolumes,
        dependsOn: files.isLive ? [...filesAfter, ...liveFilesAfter] : filesAfter,
        own,
      }),
    );
    const placed = [...this.placed, ...(args.sharedFiles ?? [])];

    const work = args.work === undefined ? undefined : this.#work(args.work, labels, own);

    this.seeds = placed.map(({ seed }) => seed);
    this.container = new docker.Container(
      name,
      {
        image,
        ...network,
        ...(args.command === undefined ? {} : { command: [...args.command] }),
        ...(args.entrypoint === undefined ? {} : { entrypoints: [...args.entrypoint] }),
        ...(args.workingDirectory === undefined ? {} : { workingDir: args.workingDirectory }),
        envs: Object.entries(args.environment ?? {})
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, value]) => pulumi.interpolate`${key}=${value}`),
        labels,
        ...(args.user === undefined ? {} : { user: args.user }),
        groupAdds: placed.some(({ kind }) => kind === "secrets") ? ["0"] : [],
        readOnly: args.isRootWritable !== true,
        capabilities: { ...(args.capabilities ? { adds: [...args.capabilities] } : {}), drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        init: args.init ?? false,
        ipcMode: args.sharedMemory ? "private" : "none",
        cgroupnsMode: "private",
        ulimits: userLimits(args.user, args.plan),
        memory: args.plan.memoryMb,
        memorySwap: args.plan.memoryMb,
        cpus: args.plan.cpus,
        ...(args.cpuShares === undefined ? {} : { cpuShares: args.cpuShares }),
        ...(args.dnsOptions === undefined ? {} : { dnsOpts: [...args.dnsOptions] }),
        ...(args.dnsServers === undefined ? {} : { dns: [...args.dnsServers] }),
        ...(args.sysctls === undefined ? {} : { sysctls: args.sysctls }),
        ports: (args.published ?? []).map(({ address, port, target, protocol }) => ({
          ip: address,
          external: port,
          internal: target,
          ...(protocol === "udp" ? { protocol } : {}),
        })),
        volumes: [
          ...placed.map(({ mount }) => mount),
          ...(args.data ? [dataMount(args.data)] : []),
          ...(args.storage ?? []).map(dataMount),
          ...(args.machineRoot === undefined
            ? []
            : [{ hostPath: "/", containerPath: args.machineRoot, readOnly: true }]),
          ...(work ? [{ volumeName: work.volume.name, containerPath: work.path }] : []),
        ],
        tmpfs: {
          ...emptyFolders(args.imageVolumes?.filter((path) => ![args.data?.path, args.work].includes(path)) ?? []),
          ...scratchFolders(args.user, { ...args.scratch, ...(args.healthcheck && { [HEALTH_FOLDER]: 1 }) }),
        },
        ...logging(args.host.logs, name),
        ...(args.isTask ? TASK : { restart: "unless-stopped" }),
        ...(args.healthcheck ? waitForHealth(args.healthcheck) : {}),
        destroyGraceSeconds: args.stopGrace,
      },
      {
        ...own,
        deleteBeforeReplace: args.replacement !== "start-first",
        replaceOnChanges: REPLACE_ON_CHANGES,
        ...(args.hooks === undefined ? {} : { hooks: args.hooks }),
        ignoreChanges: ["labels"],
        dependsOn: [
          ...this.seeds,
          ...(args.storage ?? []).flatMap(({ seed }) => seed ?? []),
          ...(args.host.logStore === undefined ? [] : [args.host.logStore]),
          ...(args.dependsOn ?? []),
          ...this.before.map(({ container }) => container),
        ],
      },
    );
    this.registerOutputs({ container: this.container.name });
  }

  #work(path: string, labels: docker.types.input.VolumeLabel[], own: pulumi.CustomResourceOptions) {
    const volume = new docker.Volume(`${this.name}-work`, { labels }, { ...own, ignoreChanges: ["labels"] });
    return { volume, path };
  }
}

/** In place of a service that is left out, those that it would wait for: the order of the others stays. */
function present(services: readonly Service[]): Service[] {
  return [...new Set(services.flatMap((service) => (service.isAway ? service.before : [service])))];
}

function networkOf(name: string, { networks, plan }: ServiceArgs) {
  if (networks === "host" || networks === "none") return { networkMode: networks };
  if (networks instanceof Service) return { networkMode: pulumi.interpolate`container:${networks.container.id}` };
  const hosts = plan.knownHosts?.map((known) => ({ host: known.name, ip: known.address }));
  return { hostname: name, networksAdvanced: networks, ...(hosts === undefined ? {} : { hosts }) };
}

function dataMount({ volume, path, readOnly = false }: NonNullable<ServiceArgs["data"]>) {
  return { volumeName: volume.name, containerPath: path, ...(readOnly ? { readOnly } : {}) };
}
