import type Docker from "dockerode";
import { PROJECT_LABEL, PURPOSE_LABEL, SERVICE_LABEL, STACK_LABEL, STATE_LABEL } from "../engine/labels.ts";

/** Something that an engine has of a project's stacks. */
export interface Found {
  readonly kind: "container" | "network" | "volume";
  /** The engine's; that of a volume is its name. */
  readonly id: string;
  readonly name: string;
  /** The name of the stack that it was made for. */
  readonly stack: string;
  /** The mark of the state that made it; undefined: it carries none. */
  readonly state: string | undefined;
  /** A command's reason to make it; undefined: the program made it. */
  readonly purpose: string | undefined;
  /** A volume's content: files that the program can make again, a database, or other data, as backups. */
  readonly holds: "files" | "database" | "other" | undefined;
  /** Whether it is a container that runs, healthy or not: on a busy machine the health checks of a good one fail. */
  readonly isAtWork: boolean;
  /** Ids of the networks that it is in, or of the container whose namespace it shares. */
  readonly joins: readonly string[];
}

type Labels = Readonly<Record<string, string>> | undefined;

/** Longer than an engine takes that works, however busy it is. */
const ANSWER_MS = 60_000;

/**
 * Lists all that an engine has of a project's stacks.
 * @throws Error where it does not answer
 */
export async function findOnEngine(engine: Docker, project: string): Promise<Found[]> {
  const filters = { label: [`${PROJECT_LABEL}=${project}`] };
  const abortSignal = AbortSignal.timeout(ANSWER_MS);
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    engine.listContainers({ all: true, filters, abortSignal }),
    engine.listNetworks({ filters, abortSignal }),
    engine.listVolumes({ filters, abortSignal }),
  ]);
  const found: Found[] = [
    ...containers.map(({ Id, Names, Labels, State, HostConfig, NetworkSettings }) => ({
      ...marks(Labels),
      kind: "container" as const,
      id: Id,
      name: Names[0]?.slice(1) ?? Id,
      holds: undefined,
      isAtWork: AT_WORK.includes(State),
      joins: [
        ...Object.values(NetworkSettings?.Networks ?? {}).map(({ NetworkID }) => NetworkID),
        HostConfig.NetworkMode.replace(/^container:/, ""),
      ],
    })),
    ...networks.map(({ Id, Name, Labels }) => ({
      ...marks(Labels),
      ...INERT,
      kind: "network" as const,
      id: Id,
      name: Name,
      holds: undefined,
    })),
    ...(volumes ?? []).map(({ Name, Labels }) => ({
      ...marks(Labels),
      ...INERT,
      kind: "volume" as const,
      id: Name,
      name: Name,
      holds: contentOf(project, Name, Labels),
    })),
  ];
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Picks one stack's by its name or by its state's mark: a stack may have been renamed. */
export function ofStack(found: readonly Found[], stack: string, state: string | undefined): Found[] {
  return found.filter((one) => one.stack === stack || (state !== undefined && one.state === state));
}

function contentOf(project: string, volume: string, labels: Labels): Found["holds"] {
  if (labels !== undefined && SERVICE_LABEL in labels) return "files";
  return volume.startsWith(`${project}-${labels?.[STACK_LABEL]}-mysql-`) ? "database" : "other";
}

const AT_WORK: readonly string[] = ["running", "paused", "restarting"];

const INERT = { isAtWork: false, joins: [] } as const;

function marks(labels: Labels): Pick<Found, "stack" | "state" | "purpose"> {
  return { stack: labels?.[STACK_LABEL] ?? "", state: labels?.[STATE_LABEL], purpose: labels?.[PURPOSE_LABEL] };
}
