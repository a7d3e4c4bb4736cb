import { setTimeout as sleep } from "node:timers/promises";
import { UNAPPLIED } from "../../agent/sql.ts";
import { agentCommand } from "../../components/mysqlCluster/agent.ts";
import type { StackContainers } from "../stack/containers.ts";
import type { Databases } from "../stack/databases.ts";
import type { Failover } from "./failover.ts";
import { countOf } from "./members.ts";
import { type Nodes, startAll } from "./nodes.ts";

export interface FailoverTools {
  readonly nodes: Pick<Nodes, "fence" | "start">;
  readonly execute: StackContainers["execute"];
  readonly ask: Databases["ask"];
  /** Tells the user about the progress. */
  readonly say: (line: string) => void;
}

/** The time between two messages about the transactions that are left. */
const PROGRESS_MS = 5_000;

/**
 * Promotes the target of a failover. Members that may take writes are killed first, even frozen ones, which would
 * otherwise go on when they thaw. They are started again in any case: they then follow the target, or keep their role
 * if the failover failed.
 * @returns the names of the members that were killed and started again
 * @throws Error if the target did not become the primary, or it has no agent; with the reason
 */
export async function promote({ target, lost }: Failover, tools: FailoverTools): Promise<string[]> {
  const { nodes, execute } = tools;
  const { name, agent } = target.plan;
  // No member is killed for a program that does not run.
  await execute(agent.name, ["true"]).catch((error: Error) => {
    throw new Error(`${name} cannot be promoted, because its agent does not work: ${error.message}
    cure:      npm run up; for a stack of an older version, the same command in that version's checkout`);
  });
  const fenced: string[] = [];
  try {
    for (const { plan } of lost) if (await nodes.fence(plan.name)) fenced.push(plan.name);
    await telling(name, tools, execute(agent.name, agentCommand("failover")));
  } finally {
    await startAll(nodes, fenced);
  }
  return fenced;
}

/** Waits for the work, and reports from time to time how many received transactions are left. */
async function telling(name: string, { ask, say }: FailoverTools, work: Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const tell = async () => {
    for (;;) {
      await sleep(PROGRESS_MS, undefined, { signal: stop.signal });
      const [row] = await ask(name, `SELECT ${UNAPPLIED}`).catch(() => []);
      const left = countOf(row?.[0] ?? "");
      if (left > 0 && !stop.signal.aborted) say(`${name} applies the received transactions: ${left} are left`);
    }
  };
  const told = tell().catch(() => undefined);
  try {
    await work;
  } finally {
    stop.abort();
    await told;
  }
}
