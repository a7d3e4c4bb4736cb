import type Docker from "dockerode";
import { PROJECT_LABEL, PURPOSE_LABEL, SERVICE_LABEL, STACK_LABEL, STATE_LABEL } from "../engine/labels.ts";

/** A resource of one of a project's stacks on an engine. */
export interface Found {
  readonly kind: "container" | "network" | "volume";
  /** The engine's id. A volume's id is its name. */
  readonly id: string;
  readonly name: string;
  /** The name of the stack that it was created for. */
  readonly stack: string;
  /** The mark of the state that created it. undefined: it has none. */
  readonly state: string | undefined;
  /** A command's reason to create it. undefined: the program created it. */
  readonly purpose: string | undefined;
  /** A volume's content: files that the program can create again, a database, or other data such as backups. */
  readonly holds: "files" | "database" | "other" | undefined;
  /**
   * Whether it is a running container, healthy or not: on a busy machine the health checks of a working one can fail.
   */
  readonly isAtWork: boolean;
  /** The ids of a container's networks, or of the container whose network namespace it shares. */
  readonly joins: readonly string[];
}

/** A resource with the engine that it is on. */
export interface Located extends Found {
  readonly engine: Docker;
}

/** Lists all resources of a project's stacks on an engine, with that engine. */
export async function locate(engine: Docker, project: string): Promise<Located[]> {
  return (await findOnEngine(engine, project)).map((found) => ({ ...found, engine }));
}

/** Resources of several engines, each once: every manager of a swarm lists the networks between machines. */
export function onceEach<T extends Found>(found: readonly T[]): T[] {
  const networks = new Set<string>();
  return found.filter(({ kind, id }) => {
    if (kind !== "network") return true;
    const isNew = !networks.has(id);
    networks.add(id);
    return isNew;
  });
}

type Labels = Readonly<Record<string, string>> | undefined;

/** Longer than a working engine takes, however busy it is. */
const ANSWER_MS = 60_000;

/**
 * Lists all resources of a project's stacks on an engine.
 * @throws Error if the engine does not answer
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

/** The resources of one stack, by its name or by its state's mark: the stack may have been renamed. */
export function ofStack<T extends Found>(found: readonly T[], stack: string, state: string | undefined): T[] {
  return found.filter((one) => one.stack === stack || (state !== undefined && one.state === state));
}

/** The volumes of one stack that hold more than files of the program. */
export function dataOf<T extends Found>(found: readonly T[], stack: string, state: string | undefined): T[] {
  return ofStack(found, stack, state).filter(({ kind, holds }) => kind === "volume" && holds !== "files");
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
