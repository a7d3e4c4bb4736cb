import type { StackContainers } from "../stack/containers.ts";

/** Starts and stops the containers of MySQL servers. The engine does not undo either. */
export interface Nodes {
  /** Kills a server at once, even a frozen one; resolves to whether it had a container. */
  fence(name: string): Promise<boolean>;
  stop(name: string): Promise<void>;
  start(name: string): Promise<void>;
}

/** The longest time that a server may take for an orderly stop. */
const STOP_SECONDS = 60;

export function nodesOf({ find }: Pick<StackContainers, "find">): Nodes {
  const get = async (name: string) => {
    const found = await find(name);
    if (found === undefined) throw new Error(`${name} has no container on the engine: npm run up creates it`);
    return found.container;
  };
  return {
    async fence(name) {
      const found = await find(name);
      if (found === undefined) return false;
      const { container, state } = found;
      const ended = container.wait();
      if (state === "running" || state === "paused") await container.kill();
      // There is no process to kill, and the engine would start the container again.
      else if (state === "restarting") await container.stop({ t: 0 }).catch(unlessDone);
      await ended;
      return true;
    },
    stop: async (name) => {
      await (await get(name)).stop({ t: STOP_SECONDS }).catch(unlessDone);
    },
    start: async (name) => {
      await (await get(name)).start().catch(unlessDone);
    },
  };
}

/**
 * Starts servers, each whatever becomes of the others.
 * @throws Error naming those that did not start
 */
export async function startAll(nodes: Pick<Nodes, "start">, names: readonly string[]): Promise<void> {
  const failed: string[] = [];
  for (const name of names) await nodes.start(name).catch((error: Error) => failed.push(`${name} (${error.message})`));
  if (failed.length === 0) return;
  throw new Error(`${failed.join(", ")} did not start again
    cure:      npm run up`);
}

/** 304 Not Modified: the container is already in that state. */
function unlessDone(error: Error & { readonly statusCode?: number }): void {
  if (error.statusCode !== 304) throw error;
}
