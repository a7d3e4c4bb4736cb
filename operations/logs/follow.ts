import { setTimeout as sleep } from "node:timers/promises";
import { engineSeconds } from "../../engine/logs.ts";
import type { LogQuery } from "./query.ts";
import { type LoggedContainer, matching, type ServiceLine } from "./read.ts";

/** Seconds between two looks for containers that take the place of others. */
const LOOK_SECONDS = 2;

/**
 * Shows the lines that are still to come, as they come, until the signal. Containers that are started meanwhile are
 * followed from their first line.
 * @param list the containers of the query now
 * @param shown the moment of the last line that was shown of each container, by its id
 * @param since the moment from which lines of a container without shown ones count
 */
export async function follow(
  list: () => Promise<readonly LoggedContainer[]>,
  { matches }: Pick<LogQuery, "matches">,
  { shown, since }: { readonly shown: ReadonlyMap<string, string>; readonly since: string },
  show: (line: ServiceLine) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const followed = new Map<string, Promise<void>>();
  const last = new Map(shown);
  const read = async (container: LoggedContainer) => {
    const { id } = container;
    const from = last.get(id);
    // The moment behind the last line: the engine's bound is part of the answer.
    const part = { since: from === undefined ? since : engineSeconds(from, 1), follow: true, signal };
    for await (const line of matching(container, part, () => true)) {
      last.set(id, line.at);
      if (matches(line.text)) await show(line);
    }
  };
  while (!signal.aborted) {
    // An engine that is away for a moment is asked again.
    for (const container of await list().catch(() => [])) {
      const { id, isRunning } = container;
      if (!isRunning || followed.has(id)) continue;
      // A log ends with its container, which the engine may start again.
      const ended = read(container)
        .catch(() => undefined)
        .finally(() => followed.delete(id));
      followed.set(id, ended);
    }
    await sleep(LOOK_SECONDS * 1_000, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(followed.values());
}
