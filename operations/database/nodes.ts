import type { StackContainers } from "../stack/containers.ts";

/** Starts and ends the containers of MySQL servers, which the engine leaves as they are then. */
export interface Nodes {
  /** Ends a server at once, frozen or not; resolves to whether there was one. */
  fence(name: string): Promise<boolean>;
  stop(name: string): Promise<void>;
  start(name: string): Promise<void>;
}

/** As long as a server may take to stop in good order. */
const STOP_SECONDS = 60;

export function nodesOf({ find }: Pick<StackContainers, "find">): Nodes {
  const get = async (name: string) => {
    const found = await find(name);
    if (found === undefined) throw new Error(`${name} has no container on the engine: npm run up makes it`);
    return found.container;
  };
  return {
    async fence(name) {
      const found = await find(name);
      if (found === undefined) return false;
      const { container, state } = found;
      const ended = container.wait();
      if (state === "running" || state === "paused") await container.kill();
      // There is nothing to kill, and the engine would start it again.
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

/** 304: it is what it is to be. */
function unlessDone(error: Error & { readonly statusCode?: number }): void {
  if (error.statusCode !== 304) throw error;
}
