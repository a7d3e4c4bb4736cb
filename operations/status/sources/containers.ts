import type Docker from "dockerode";
import { labelFilter } from "../../../engine/labels.ts";
import { lastCheck } from "../../../engine/lastCheck.ts";
import { machinesOf } from "../../../topology/machines.ts";
import type { Topology } from "../../../topology/plan.ts";
import type { Engines } from "../../stack/engines.ts";
import { containerOf } from "../../stack/find.ts";
import { placesOf } from "../../stack/places.ts";
import type { Patience } from "../answer.ts";
import type { ContainerFacts, EngineFacts } from "../facts.ts";

/** A container as its engine lists it. */
export interface Listed {
  readonly engine: Docker;
  readonly container: Docker.Container;
  readonly isRunning: boolean;
}

/** What the engines of a stack list. Each answers by itself, so that nobody waits for a dead one. */
export interface Listing {
  readonly engines: Promise<readonly EngineFacts[]>;
  /** By service. undefined: it has no container. silent: its engine does not answer. */
  readonly services: ReadonlyMap<string, Promise<Listed | "silent" | undefined>>;
}

/** Asks every engine for the stack's containers. */
export function listContainers(topology: Topology, engines: Engines, patience: Patience): Listing {
  const filters = { label: labelFilter(topology) };
  const asked = machinesOf(topology).map(({ hosts, endpoint }) => {
    const engine = engines.of({ host: hosts[0] ?? "" });
    const answer = patience.answered((abortSignal) => engine.listContainers({ all: true, filters, abortSignal }));
    return { hosts, endpoint, engine, answer };
  });
  const services = placesOf(topology).flatMap(({ service, host }) =>
    asked
      .filter(({ hosts }) => hosts.includes(host))
      .map(({ engine, answer }): [string, Promise<Listed | "silent" | undefined>] => [
        service,
        answer.then((list) => ("problem" in list ? "silent" : listedIn(list.value, service, engine))),
      ]),
  );
  return {
    engines: Promise.all(
      asked.map(async ({ hosts, endpoint, answer }) => {
        const list = await answer;
        return { ...{ hosts, endpoint }, problem: "problem" in list ? list.problem : undefined };
      }),
    ),
    services: new Map(services),
  };
}

function listedIn(list: Docker.ContainerInfo[], service: string, engine: Docker): Listed | undefined {
  const info = containerOf(service, list);
  return info && { engine, container: engine.getContainer(info.Id), isRunning: info.State === "running" };
}

/** Asks an engine for a container's state. One that was removed meanwhile has none. */
export async function inspect({ container }: Listed, abortSignal: AbortSignal): Promise<ContainerFacts | undefined> {
  try {
    return containerFacts(await container.inspect({ abortSignal }));
  } catch (error) {
    if (error instanceof Error && "statusCode" in error && error.statusCode === 404) return undefined;
    throw error;
  }
}

/** The part of an engine's answer that is used here. */
export type Inspected = Pick<Docker.ContainerInspectInfo, "Name" | "RestartCount"> & {
  readonly State: Docker.ContainerInspectInfo["State"];
  readonly Config: Pick<Docker.ContainerInspectInfo["Config"], "Env">;
};

/** A pure function: what an engine's answer says of a container. */
export function containerFacts({ Name, State, Config, RestartCount }: Inspected): ContainerFacts {
  const isRunning = State.Running && !State.Restarting;
  const health = State.Health?.Status;
  const environment = new Map(
    (Config.Env ?? []).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  return {
    name: Name.replace(/^\//, ""),
    state: State.Status,
    exitCode: State.ExitCode,
    isOutOfMemory: State.OOMKilled,
    error: State.Error.trim(),
    since: new Date(isRunning ? State.StartedAt : State.FinishedAt),
    health: health === "healthy" || health === "starting" || health === "unhealthy" ? health : undefined,
    said: lastCheck(State).trim(),
    restarts: RestartCount,
    version: VERSIONS.map((name) => environment.get(name)).find((version) => version !== undefined),
    release: environment.get("RELEASE"),
  };
}

/** The variables in which images say the version of their program. */
const VERSIONS = ["HAPROXY_VERSION", "NGINX_VERSION", "MYSQL_VERSION"];
