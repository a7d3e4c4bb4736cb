import type Docker from "dockerode";
import { labelFilter, PURPOSE_LABEL, SERVICE_LABEL, type StackIdentity } from "../../engine/labels.ts";

/** The longest that a container takes to end by itself, in seconds: a database writes what it has in memory. */
const GRACE = { database: 60, other: 5 } as const;

/** The prefix of the names of services that have a database, or act on one. */
const DATABASES = "mysql-";

/**
 * Stops the services of a stack that is about to be destroyed: all at once, and databases last. The CLI stops them tier
 * by tier, as for visitors that could move to another server. Containers of commands are left alone.
 * @returns the ids of the containers that it stopped
 */
export async function stopAll(engine: Docker, stack: StackIdentity): Promise<string[]> {
  const running = await engine.listContainers({ filters: { label: labelFilter(stack) } });
  const services = running.filter(({ Labels }) => !(PURPOSE_LABEL in Labels));
  const isDatabase = ({ Labels }: Docker.ContainerInfo) => Labels[SERVICE_LABEL]?.startsWith(DATABASES) === true;
  const stop = async (ones: readonly Docker.ContainerInfo[], seconds: number) => {
    await Promise.all(ones.map(({ Id }) => engine.getContainer(Id).stop({ t: seconds }).catch(unlessDone)));
  };
  const others = services.filter((one) => !isDatabase(one));
  await stop(others, GRACE.other);
  await stop(services.filter(isDatabase), GRACE.database);
  return services.map(({ Id }) => Id);
}

/**
 * Starts the containers of a list that have been stopped. Those that join the network namespace of another container
 * start after it.
 * @param isWanted whether one of them is started; default: yes
 * @returns the names of the containers that it started
 */
export async function startStopped(
  engine: Docker,
  ids: readonly string[],
  isWanted: (container: Docker.ContainerInfo) => boolean = () => true,
): Promise<string[]> {
  const all = await engine.listContainers({ all: true, filters: { status: ["exited"] } });
  const stopped = all.filter((one) => ids.includes(one.Id) && isWanted(one));
  const joins = ({ HostConfig }: Docker.ContainerInfo) => HostConfig.NetworkMode.startsWith("container:");
  for (const ones of [stopped.filter((one) => !joins(one)), stopped.filter(joins)]) {
    await Promise.all(ones.map(({ Id }) => engine.getContainer(Id).start().catch(unlessDone)));
  }
  return stopped.map(({ Names, Id }) => Names[0]?.slice(1) ?? Id);
}

/** 304 Not Modified: the container is already in that state. 404: it has been removed. */
function unlessDone(error: Error & { readonly statusCode?: number }): void {
  if (error.statusCode !== 304 && error.statusCode !== 404) throw error;
}
