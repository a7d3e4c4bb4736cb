import type { MarkFiles } from "../files/marks.ts";
import type { Observation } from "../observation.ts";
import type { Databases } from "../upkeep/databases.ts";
import type { Tools } from "../upkeep/tools.ts";

/** What acts work with. */
export interface Hands extends Tools {
  /** Looks at the node again, and asks every other member. */
  observe(): Promise<Observation>;
  readonly marks: MarkFiles;
  readonly databases: Databases;
  /** Shows how far work is that goes on. */
  progress(text: string): void;
  /** Carries out work that may wait for others beside the agent's rounds. */
  beside(work: () => Promise<void>): void;
}

/** Seconds that the start of a member may take: it recovers from the others meanwhile. */
export const GROUP_SECONDS = 600;

/** Seconds that a server may take to end. */
const END_SECONDS = 60;

/** Ends the server, whose container starts it again, and waits until it lets nobody in any more. */
export async function endServer({ own }: Pick<Hands, "own">): Promise<void> {
  const ending = own.within(async (session) => {
    await session.run("SHUTDOWN", END_SECONDS);
    // The connection ends with the server, and so does this statement.
    await session.run(`DO SLEEP(${END_SECONDS})`, END_SECONDS + 1);
  });
  await ending.catch(() => undefined);
}
