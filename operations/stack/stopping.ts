import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { labelFilter, SERVICE_LABEL, type StackIdentity } from "../../engine/labels.ts";

/** The longest that a container takes to end by itself, in seconds: a database writes its memory to disk. */
const GRACE = { database: 60, other: 5 } as const;

/** The prefix of the names of services that have a database, or act on one. */
const DATABASES = "mysql-";

/**
 * Watches a stack that is being destroyed. The CLI stops its containers one tier after the other, as if visitors could
 * move to others. As soon as it stops the first container, this stops all others at once, databases last.
 * @returns a function that ends the watch
 */
export async function stopWithTheFirst(engine: Docker, stack: StackIdentity): Promise<() => void> {
  const events = await engine.getEvents({
    filters: { type: ["container"], event: ["kill"], label: labelFilter(stack) },
  });
  const end = () => void (events as Readable).destroy();
  // The watch ends if the engine goes away, which the CLI reports.
  events.once("error", end);
  events.once("data", () => {
    end();
    void stopAll(engine, stack).catch(() => undefined);
  });
  return end;
}

async function stopAll(engine: Docker, stack: StackIdentity): Promise<void> {
  const containers = await engine.listContainers({ filters: { label: labelFilter(stack) } });
  const isDatabase = ({ Labels }: Docker.ContainerInfo) => Labels[SERVICE_LABEL]?.startsWith(DATABASES) === true;
  const stop = (ones: readonly Docker.ContainerInfo[], seconds: number) =>
    // Containers that the CLI has stopped or removed meanwhile need no stop.
    Promise.allSettled(ones.map(({ Id }) => engine.getContainer(Id).stop({ t: seconds })));
  await stop(
    containers.filter((one) => !isDatabase(one)),
    GRACE.other,
  );
  await stop(containers.filter(isDatabase), GRACE.database);
}
