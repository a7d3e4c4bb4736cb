import type Docker from "dockerode";
import { labelFilter } from "../../engine/labels.ts";
import type { Topology } from "../../topology/plan.ts";
import { instances } from "../../topology/tiers.ts";
import type { Engines } from "./engines.ts";

/** The container of a service, on the engine of its host. */
export interface ServiceContainer {
  readonly engine: Docker;
  readonly container: Docker.Container;
  /** As the engine names it: "running", "paused", "restarting", "exited". */
  readonly state: string;
}

/** Finds the container of a service; undefined: it has none. */
export type Find = (service: string) => Promise<ServiceContainer | undefined>;

/** Seconds in which an engine answers a question; one whose machine has lost its power never does. */
const ANSWER_SECONDS = 20;

/** Ends a request that an engine does not answer. */
export function answerLimit(): AbortSignal {
  return AbortSignal.timeout(ANSWER_SECONDS * 1_000);
}

/** Finds a stack's containers. While one container replaces another, it finds the newer of those that run. */
export function finder(engines: Engines, topology: Topology): Find {
  return async (service) => {
    const plan = instances(topology).find(({ name }) => name === service);
    if (plan === undefined) throw new Error(`the plan has no service ${service}`);
    const engine = engines.of(plan);
    const labelled = await engine.listContainers({
      all: true,
      filters: { label: labelFilter(topology, service) },
      abortSignal: answerLimit(),
    });
    const found = containerOf(service, labelled);
    return found && { engine, container: engine.getContainer(found.Id), state: found.State };
  };
}

/** The container of a service among those of a stack, the newest first: the newer of those that run, else the newest. */
export function containerOf(
  service: string,
  listed: readonly Docker.ContainerInfo[],
): Docker.ContainerInfo | undefined {
  // Seed containers carry the label of their service, too, and have longer names.
  const own = listed.filter(({ Names }) => Names.some((name) => serviceOf(name.slice(1)) === service));
  return own.find(isAtWork) ?? own[0];
}

const isAtWork = ({ State }: Docker.ContainerInfo) => hasProcesses(State);

/** Whether a container in this state has been started and not stopped. */
export function hasProcesses(state: string): boolean {
  return ["running", "paused", "restarting"].includes(state);
}

/** The service of a container by the container's name: Pulumi appends a hyphen and seven random digits. */
export function serviceOf(container: string): string {
  return container.replace(/-[0-9a-f]{7}$/, "");
}
