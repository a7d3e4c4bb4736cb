import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { untilTrue } from "../../engine/eventually.ts";
import { PROJECT_LABEL, SERVICE_LABEL, STACK_LABEL } from "../../engine/labels.ts";
import { executeIn } from "../../engine/streams.ts";
import { answerLimit, type Find, hasProcesses } from "./find.ts";

/** The containers of a stack, named by service. */
export interface StackContainers {
  /** Finds the container of a service, at work or not. */
  readonly find: Find;
  /** The services, of these, that have no container which runs and is healthy. */
  unwell(services: readonly string[]): Promise<string[]>;
  /** Waits until the containers of all these services run and are healthy. */
  untilWell(services: readonly string[]): Promise<void>;
  /** Kills the main processes of all at once, and waits until the engine has noticed. The engine starts them again. */
  kill(services: readonly string[]): Promise<void>;
  /** Kills all at once by the engine, which then leaves them stopped: as after an engine's restart, or by a hand. */
  killForGood(services: readonly string[]): Promise<void>;
  /** Starts those that are stopped, one after the other: a container may have the network of one before it. */
  start(services: readonly string[]): Promise<void>;
  /** Freezes a container while the work is done. */
  whilePaused(service: string, work: () => Promise<void>): Promise<void>;
  /** Stops a container in good order, and starts it again when the work is done. */
  whileStopped(service: string, work: () => Promise<void>): Promise<void>;
  /** Takes a container out of a network while the work is done. It then gets its names and its address there back. */
  whileCutOff(service: string, network: string, work: () => Promise<void>): Promise<void>;
  /** Runs a command in a container; resolves to its output. Its standard input is the text, if there is one. */
  execute(service: string, command: readonly string[], input?: string): Promise<string>;
}

/** The longest that a container takes to be healthy again, or to be paused. */
const HEALTHY_SECONDS = 120;
/** Longer than any of the stack's containers takes to stop. */
const STOP_SECONDS = 90;

/** @param signal ends waiting */
export function stackContainers(find: Find, signal: AbortSignal): StackContainers {
  const get = async (service: string) => {
    const found = await find(service);
    if (found === undefined || !hasProcesses(found.state)) throw new Error(`${service} does not run`);
    return found;
  };
  const stateOf = async (service: string) =>
    // A container that is replaced may be gone before it is inspected.
    (await find(service))?.container.inspect({ abortSignal: answerLimit() }).then(
      ({ State }) => State,
      () => undefined,
    );
  const isWell = async (service: string) => {
    // The engine of a machine that is away does not answer, or refuses.
    const state = await stateOf(service).catch(() => undefined);
    return state?.Running === true && !state.Paused && (state.Health?.Status ?? "healthy") === "healthy";
  };
  const wait = (seconds: number) => sleep(seconds * 1_000, undefined, { signal });
  const until = (problem: string, condition: () => Promise<boolean>) =>
    untilTrue(problem, condition, HEALTHY_SECONDS, { wait });

  return {
    find,

    async unwell(services) {
      const well = await Promise.all(services.map((service) => isWell(service)));
      return services.filter((_, index) => !well[index]);
    },

    async untilWell(services) {
      await Promise.all(services.map((service) => until(`${service} is not healthy again`, () => isWell(service))));
    },

    async kill(services) {
      const before = await Promise.all(
        services.map(async (service) => {
          const { engine, container } = await get(service);
          return { engine, ...(await container.inspect()) };
        }),
      );
      for (const engine of new Set(before.map((one) => one.engine))) {
        const on = before.filter((one) => one.engine === engine);
        const pids = on.map(({ State }) => State.Pid);
        if (on[0] !== undefined) await killProcesses(engine, await imageWithShell(engine, on[0]), pids);
      }
      await Promise.all(
        services.map((service, index) =>
          until(`${service} was killed and still runs`, async () => {
            const state = await stateOf(service);
            return state?.Running !== true || state.StartedAt !== before[index]?.State.StartedAt;
          }),
        ),
      );
    },

    async killForGood(services) {
      const all = await Promise.all(services.map(get));
      await Promise.all(all.map(({ container }) => container.kill({ abortSignal: answerLimit() })));
    },

    async start(services) {
      for (const service of services) {
        const found = await find(service);
        if (found !== undefined && !hasProcesses(found.state)) await found.container.start();
      }
    },

    async whilePaused(service, work) {
      const { container } = await get(service);
      // A runtime fails to freeze a container in which processes come and go, as health checks do on a busy machine.
      await until(`${service} cannot be paused`, () =>
        container.pause().then(
          () => true,
          () => false,
        ),
      );
      try {
        await work();
      } finally {
        await container.unpause();
      }
    },

    async whileStopped(service, work) {
      const { container } = await get(service);
      await container.stop({ t: STOP_SECONDS });
      try {
        await work();
      } finally {
        await container.start();
      }
    },

    async whileCutOff(service, network, work) {
      const { engine, container } = await get(service);
      const { NetworkSettings } = await container.inspect();
      const endpoint = NetworkSettings.Networks[network];
      if (endpoint === undefined) throw new Error(`${service} is not in the network ${network}`);
      const line = engine.getNetwork(network);
      await line.disconnect({ Container: container.id });
      try {
        await work();
      } finally {
        await line.connect({
          Container: container.id,
          EndpointConfig: { Aliases: endpoint.Aliases, IPAMConfig: endpoint.IPAMConfig },
        });
      }
    },

    async execute(service, command, input) {
      const { engine, container } = await get(service);
      return executeIn(engine, container, command, input).catch((error: Error) => {
        throw new Error(`a command in ${service} failed: ${error.message}`);
      });
    },
  };
}

/** Services that run the stack's own programs: their images have a shell, and an application's may have none. */
const WITH_SHELL = /^(?:web|router|mysql)-/;

/** The image of a container with a shell, of the same stack on the same engine. */
async function imageWithShell(engine: Docker, one: Docker.ContainerInspectInfo): Promise<string> {
  const labels = [PROJECT_LABEL, STACK_LABEL].map((label) => `${label}=${one.Config.Labels[label] ?? ""}`);
  const all = await engine.listContainers({ all: true, filters: { label: labels }, abortSignal: answerLimit() });
  return all.find(({ Labels }) => WITH_SHELL.test(Labels[SERVICE_LABEL] ?? ""))?.ImageID ?? one.Image;
}

/**
 * Sends SIGKILL from outside the containers, as the kernel does when memory runs out: the engine then starts them
 * again, which it does not after `docker kill`. A container that sees the processes of the engine's machine sends the
 * signal. Process numbers are valid only there, not where this program runs, and this program need not be root.
 */
async function killProcesses(engine: Docker, image: string, pids: readonly number[]): Promise<void> {
  const killer = await engine.createContainer({
    Image: image,
    User: "0:0",
    Entrypoint: ["sh", "-c"],
    Cmd: [`kill -9 ${pids.join(" ")}`],
    HostConfig: { PidMode: "host", NetworkMode: "none", AutoRemove: true },
  });
  const ended = killer.wait({ condition: "removed" });
  await killer.start();
  const { StatusCode } = await ended;
  if (StatusCode !== 0) throw new Error("the engine does not let a container kill processes of others");
}
