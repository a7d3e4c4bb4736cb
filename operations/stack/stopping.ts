import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { labelFilter, SERVICE_LABEL, type StackIdentity } from "../../engine/labels.ts";

/** The longest that a container takes to end by itself, in seconds: a database writes what it has in memory. */
const GRACE = { database: 60, other: 5 } as const;

/** The prefix of the names of services that have a database, or act on one. */
const DATABASES = "mysql-";

/**
 * Watches a stack that is being destroyed. The CLI stops its containers one tier after the other, as for visitors who
 * move to others; when it has begun, there are none to move to, and the rest is stopped at once, databases last.
 * @returns ends the watch
 */
export async function stopWithTheFirst(engine: Docker, stack: StackIdentity): Promise<() => void> {
  const events = await engine.getEvents({
    filters: { type: ["container"], event: ["kill"], label: labelFilter(stack) },
  });
  const end = () => void (events as Readable).destroy();
  // An engine that goes away ends the watch; the CLI says so.
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
    // What the CLI has stopped or removed meanwhile needs no stop.
    Promise.allSettled(ones.map(({ Id }) => engine.getContainer(Id).stop({ t: seconds })));
  await stop(
    containers.filter((one) => !isDatabase(one)),
    GRACE.other,
  );
  await stop(containers.filter(isDatabase), GRACE.database);
}
