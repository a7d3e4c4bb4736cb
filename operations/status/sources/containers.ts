import type Docker from "dockerode";
import { labelFilter } from "../../../engine/labels.ts";
import { lastCheck } from "../../../engine/lastCheck.ts";
import { machinesOf } from "../../../topology/machines.ts";
import type { Topology } from "../../../topology/plan.ts";
import type { Engines } from "../../stack/engines.ts";
import { containerOf } from "../../stack/find.ts";
import { placesOf } from "../../stack/places.ts";
import { answered } from "../answer.ts";
import type { ContainerFacts, EngineFacts } from "../facts.ts";

/** A container as its engine lists it. */
export interface Listed {
  readonly engine: Docker;
  readonly container: Docker.Container;
  readonly isRunning: boolean;
}

/** What the engines of a stack list. */
export interface Listing {
  readonly engines: readonly EngineFacts[];
  /** By service. A service of an engine that does not answer is left out; undefined: it has no container. */
  readonly services: ReadonlyMap<string, Listed | undefined>;
}

/** Asks every engine for the stack's containers. */
export async function listContainers(topology: Topology, engines: Engines, seconds: number): Promise<Listing> {
  const places = placesOf(topology);
  const answers = await Promise.all(
    machinesOf(topology).map(async ({ hosts, endpoint }) => {
      const engine = engines.of({ host: hosts[0] ?? "" });
      const filters = { label: labelFilter(topology) };
      const answer = await answered(seconds, (abortSignal) =>
        engine.listContainers({ all: true, filters, abortSignal }),
      );
      return { hosts, endpoint, engine, answer };
    }),
  );
  const services = answers.flatMap(({ hosts, engine, answer }) =>
    "problem" in answer
      ? []
      : places
          .filter(({ host }) => hosts.includes(host))
          .map(({ service }): [string, Listed | undefined] => {
            const info = containerOf(service, answer.value);
            const isRunning = info?.State === "running";
            return [service, info && { engine, container: engine.getContainer(info.Id), isRunning }];
          }),
  );
  return {
    engines: answers.map(({ hosts, endpoint, answer }) => ({
      ...{ hosts, endpoint },
      problem: "problem" in answer ? answer.problem : undefined,
    })),
    services: new Map(services),
  };
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
export type Inspected = Pick<Docker.ContainerInspectInfo, "RestartCount"> & {
  readonly State: Docker.ContainerInspectInfo["State"];
  readonly Config: Pick<Docker.ContainerInspectInfo["Config"], "Env">;
};

/** A pure function: what an engine's answer says of a container. */
export function containerFacts({ State, Config, RestartCount }: Inspected): ContainerFacts {
  const isRunning = State.Running && !State.Restarting;
  const health = State.Health?.Status;
  const environment = new Map(
    (Config.Env ?? []).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  return {
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
