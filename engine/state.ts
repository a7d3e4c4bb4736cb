import { engineClient, isLocal, type Reach } from "./client.ts";
import { PROJECT_LABEL, PURPOSE_LABEL, SERVICE_LABEL, STACK_LABEL, type StackIdentity } from "./labels.ts";
import { type SwarmInfo, type SwarmState, swarmState } from "./swarm.ts";

/** A network of an engine. */
export interface EngineNetwork {
  readonly name: string;
  readonly subnets: readonly string[];
  /** Whether it belongs to the stack. */
  readonly own: boolean;
}

/** The state of an engine, as far as a stack can conflict with it. */
export interface EngineState {
  /** The engine's own id. Two endpoints with the same one are the same machine. */
  readonly id: string;
  /** The engine's version: 28.5.2. */
  readonly version: string;
  /** The release of the engine's Linux kernel: 6.1.0-18-amd64. */
  readonly kernel: string;
  /** Whether containers outlive a restart of the engine, which a swarm does not allow. */
  readonly isLiveRestored: boolean;
  /** Milliseconds by which the machine's clock is ahead of this one's; about, because the answer takes its time. */
  readonly clockAheadMs: number;
  readonly swarm: SwarmState;
  /** The names of containers of the stack that have run and do not, as after a boot that has left them. */
  readonly stopped: readonly string[];
  readonly networks: readonly EngineNetwork[];
  /** Whether containers of the stack run. */
  readonly isServing: boolean;
  /** The stack's volumes with data, not with files of the program. */
  readonly dataVolumes: readonly string[];
  /** Those data volumes that running databases use. */
  readonly dataAtWork: readonly string[];
  /** The stack's running containers whose images have a name. */
  readonly services: readonly { readonly service: string; readonly image: string }[];
  /** The host's ports that containers publish, each with the host's address. */
  readonly published: readonly {
    readonly container: string;
    readonly address: string;
    readonly port: number;
    /** Default: tcp. */
    readonly protocol?: "tcp" | "udp";
    /** The stack's service that publishes it. undefined: another container does. */
    readonly service: string | undefined;
  }[];
}

const LOCAL_ANSWER_MS = 5_000;
/** A login over a slow line takes its time, and by a jump host even more. */
const REMOTE_ANSWER_MS = 30_000;

/**
 * Asks the engine at an endpoint for its state.
 * @throws Error if no engine answers within 5 seconds, or 30 on another machine
 */
export async function engineState(reach: Reach, { project, stack }: StackIdentity): Promise<EngineState> {
  const engine = engineClient(reach);
  const isOwn = (labels: Readonly<Record<string, string>> | undefined) =>
    labels?.[PROJECT_LABEL] === project && labels[STACK_LABEL] === stack;
  // The library's types lack these options. A request that is not aborted would keep this process alive.
  const info: (options: object) => Promise<EngineInfo> = engine.info.bind(engine);
  const abortSignal = AbortSignal.timeout(isLocal(reach.endpoint) ? LOCAL_ANSWER_MS : REMOTE_ANSWER_MS);
  const [about, networks, all, { Volumes: volumes }, images] = await Promise.all([
    info({ abortSignal }).then((answer) => ({ ...answer, at: Date.now() })),
    engine.listNetworks({ abortSignal }),
    engine.listContainers({ all: true, abortSignal }),
    engine.listVolumes({ abortSignal }),
    engine.listImages({ abortSignal }),
  ]);
  const containers = all.filter(({ State }) => AT_WORK.includes(State));
  const swarm = await swarmState(engine, about.Swarm);
  const nameOf = new Map(images.map(({ Id, RepoTags }) => [Id, RepoTags?.[0]]));
  const nameless = new Set(
    containers.flatMap(({ ImageID, Labels }) => (isOwn(Labels) && !nameOf.get(ImageID) ? [ImageID] : [])),
  );
  for (const id of nameless) nameOf.set(id, mysqlName((await engine.getImage(id).inspect()).Config.Env ?? []));
  return {
    id: about.ID ?? "",
    version: about.ServerVersion ?? "",
    kernel: about.KernelVersion,
    isLiveRestored: about.LiveRestoreEnabled === true,
    clockAheadMs: about.SystemTime === undefined ? 0 : Date.parse(about.SystemTime) - about.at,
    swarm,
    stopped: all.flatMap(({ State, Names, Labels }) =>
      isOwn(Labels) && State === "exited" && !(PURPOSE_LABEL in Labels) ? [Names[0]?.slice(1) ?? "?"] : [],
    ),
    networks: networks.map(({ Name, IPAM, Labels }) => ({
      name: Name,
      subnets: (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet])),
      own: isOwn(Labels),
    })),
    isServing: containers.some(({ Labels }) => isOwn(Labels)),
    dataVolumes: (volumes ?? []).flatMap(({ Name, Labels }) =>
      isOwn(Labels) && !(SERVICE_LABEL in Labels) ? [Name] : [],
    ),
    dataAtWork: containers.flatMap(({ Labels, Mounts }) =>
      isOwn(Labels) && Labels[SERVICE_LABEL]?.startsWith("mysql-") === true
        ? Mounts.flatMap(({ Name }) =>
            Name === undefined || !Name.startsWith(`${project}-${stack}-mysql-`) ? [] : [Name],
          )
        : [],
    ),
    services: containers.flatMap(({ ImageID, Labels }) => {
      const image = nameOf.get(ImageID);
      return isOwn(Labels) && image !== undefined ? [{ service: Labels[SERVICE_LABEL] ?? "", image }] : [];
    }),
    published: containers.flatMap(({ Names, Ports, Labels }) =>
      Ports.flatMap(({ IP, PublicPort, Type }) =>
        PublicPort === undefined
          ? []
          : [
              {
                container: Names[0]?.slice(1) ?? "?",
                address: IP ?? "0.0.0.0",
                port: PublicPort,
                protocol: Type === "udp" ? "udp" : "tcp",
                service: isOwn(Labels) ? Labels[SERVICE_LABEL] : undefined,
              },
            ],
      ),
    ),
  };
}

/** The states in which the engine lists a container by default. */
const AT_WORK = ["running", "paused", "restarting"];

/** What the engine says about itself, as far as it is read here. */
interface EngineInfo {
  readonly ID?: string;
  readonly ServerVersion?: string;
  readonly KernelVersion: string;
  readonly LiveRestoreEnabled?: boolean;
  readonly SystemTime?: string;
  readonly Swarm?: SwarmInfo;
}

/**
 * The name of MySQL's image by its environment: an image that was pulled by a digest has no tag. undefined: the image is
 * another one.
 */
export function mysqlName(environment: readonly string[]): string | undefined {
  const version = /^MYSQL_VERSION=(\d+\.\d+\.\d+)/m.exec(environment.join("\n"))?.[1];
  return version === undefined ? undefined : `mysql:${version}`;
}
