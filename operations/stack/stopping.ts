import type Docker from "dockerode";
import { SERVICE_LABEL } from "../../engine/labels.ts";

/** The longest that a container takes to end by itself, in seconds: a database writes what it has in memory. */
const GRACE = { database: 60, other: 5 } as const;

/** The prefix of the names of services that have a database, or act on one. */
const DATABASES = "mysql-";

/**
 * Stops the containers of a list that run: all at once, and databases last. The CLI stops them tier by tier, as for
 * visitors that could move to another server. A container that does not stop is left to the CLI.
 * @returns the ids of the containers that ran
 */
export async function stopAll(engines: readonly Docker[], ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const running = await runningAt(engines, ids);
  const isDatabase = ({ info }: Running) => info.Labels[SERVICE_LABEL]?.startsWith(DATABASES) === true;
  const stop = (ones: readonly Running[], seconds: number) =>
    Promise.allSettled(ones.map(({ engine, info }) => engine.getContainer(info.Id).stop({ t: seconds })));
  const others = running.filter((one) => !isDatabase(one));
  await stop(others, GRACE.other);
  await stop(running.filter(isDatabase), GRACE.database);
  return new Set(running.map(({ info }) => info.Id));
}

interface Running {
  readonly engine: Docker;
  readonly info: Docker.ContainerInfo;
}

/** Those of a list that run. An engine that does not answer has none that could be stopped. */
async function runningAt(engines: readonly Docker[], ids: ReadonlySet<string>): Promise<Running[]> {
  const all = await Promise.allSettled(
    engines.map(async (engine) => (await engine.listContainers()).map((info) => ({ engine, info }))),
  );
  return all.flatMap((one) => (one.status === "fulfilled" ? one.value : [])).filter(({ info }) => ids.has(info.Id));
}

/**
 * Starts the containers of a list that have been stopped. Those that join the network namespace of another container
 * start after it.
 * @param isWanted whether one of them is started; default: yes
 * @returns the names of the containers that it started; those that cannot start are left out
 */
export async function startStopped(
  engine: Docker,
  ids: ReadonlySet<string>,
  isWanted: (container: Docker.ContainerInfo) => boolean = () => true,
): Promise<string[]> {
  const all = await engine.listContainers({ all: true, filters: { status: ["exited"] } });
  const stopped = all.filter((one) => ids.has(one.Id) && isWanted(one));
  const joins = ({ HostConfig }: Docker.ContainerInfo) => HostConfig.NetworkMode.startsWith("container:");
  const start = (one: Docker.ContainerInfo) =>
    engine
      .getContainer(one.Id)
      .start()
      .then(
        () => [one.Names[0]?.slice(1) ?? one.Id],
        () => [],
      );
  const first = await Promise.all(stopped.filter((one) => !joins(one)).map(start));
  const joining = await Promise.all(stopped.filter(joins).map(start));
  return [...first, ...joining].flat();
}
