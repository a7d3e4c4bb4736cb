import { setTimeout } from "node:timers/promises";
import type { Session } from "./story.ts";

/** Of five requests of a session one writes. */
const WRITES = 5;
const PAUSE_MS = 40;

export interface Load {
  readonly requests: number;
  /** The reasons of the requests that failed. */
  readonly failures: readonly string[];
  /** The texts whose writes were acknowledged. */
  readonly written: readonly string[];
}

/** Uses the application by several sessions at once while `work` is done. */
export async function underLoad(sessions: readonly Session[], work: () => Promise<void>): Promise<Load> {
  const failures: string[] = [];
  const written: string[] = [];
  let requests = 0;
  let ended = false;
  const use = async (session: Session, visitor: number) => {
    for (let number = 0; !ended; number++) {
      const text = `load ${visitor}-${number}`;
      requests++;
      try {
        if (number % WRITES === 0) {
          await session.write(text);
          written.push(text);
        } else await session.read();
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
      await setTimeout(PAUSE_MS);
    }
  };
  const visitors = Promise.all(sessions.map(use));
  try {
    await work();
  } finally {
    ended = true;
    await visitors;
  }
  return { requests, failures, written };
}
