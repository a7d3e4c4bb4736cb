import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { untilTrue } from "../../engine/eventually.ts";
import { executeIn } from "../../engine/streams.ts";
import { type Find, hasProcesses } from "./find.ts";

/** The containers of a stack, named by service. */
export interface StackContainers {
  /** Finds the container of a service, at work or not. */
  readonly find: Find;
  /** Which of the services have no container that runs and is healthy. */
  unwell(services: readonly string[]): Promise<string[]>;
  /** Waits until all run and are healthy. */
  untilWell(services: readonly string[]): Promise<void>;
  /** Kills the main processes of all at once; the engine, which has noticed then, starts them again. */
  kill(services: readonly string[]): Promise<void>;
  /** Freezes a container while the work is done. */
  whilePaused(service: string, work: () => Promise<void>): Promise<void>;
  /** Stops a container as its owner would, and starts it again when the work is done. */
  whileStopped(service: string, work: () => Promise<void>): Promise<void>;
  /** Takes a container out of a network while the work is done. It comes back under its names there. */
  whileCutOff(service: string, network: string, work: () => Promise<void>): Promise<void>;
  /** Runs a command in a container; resolves to what it prints. */
  execute(service: string, command: readonly string[]): Promise<string>;
}

/** The longest that a container takes to be healthy again, or to be paused. */
const HEALTHY_SECONDS = 120;
/** More than any of the stack's containers takes to stop. */
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
    (await find(service))?.container.inspect().then(
      ({ State }) => State,
      () => undefined,
    );
  const isWell = async (service: string) => {
    const state = await stateOf(service);
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
        if (on[0] !== undefined) await killProcesses(engine, on[0].Image, pids);
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

    async whilePaused(service, work) {
      const { container } = await get(service);
      // A runtime gives up freezing a container whose processes come and go, as its health checks do on a busy machine.
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

    async execute(service, command) {
      const { engine, container } = await get(service);
      return executeIn(engine, container, command).catch((error: Error) => {
        throw new Error(`a command in ${service} failed: ${error.message}`);
      });
    },
  };
}

/**
 * SIGKILL from outside the containers, as the kernel sends it when memory runs out: the engine starts them again, which
 * it does not after `docker kill`. It is sent from a container that sees the machine's processes, because those numbers
 * mean something else where the engine is in a virtual machine or elsewhere, and because it needs no root here.
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
