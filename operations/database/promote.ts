import { setTimeout as sleep } from "node:timers/promises";
import { CONFIG_FOLDER } from "../../components/mysqlCluster/node.ts";
import { UNAPPLIED } from "../../components/mysqlCluster/sql.ts";
import type { StackContainers } from "../stack/containers.ts";
import type { Databases } from "../stack/databases.ts";
import type { Failover } from "./failover.ts";
import { countOf } from "./members.ts";
import type { Nodes } from "./nodes.ts";

export interface FailoverTools {
  readonly nodes: Pick<Nodes, "fence" | "start">;
  readonly execute: StackContainers["execute"];
  readonly ask: Databases["ask"];
  /** Tells a person what is being done. */
  readonly say: (line: string) => void;
}

/** Between two words on how much is left to be applied. */
const PROGRESS_MS = 5_000;

/**
 * Makes the target the primary. Whoever took writes ends first, frozen or not, or it would go on when it thaws; it is
 * started again in any case: it then follows the target, or, where that did not become the primary, is what it was.
 * @returns the names of those that were ended and started again
 * @throws Error where the target did not become the primary, with the reason
 */
export async function promote({ target, lost }: Failover, tools: FailoverTools): Promise<string[]> {
  const { nodes, execute } = tools;
  const fenced: string[] = [];
  try {
    for (const { plan } of lost) if (await nodes.fence(plan.name)) fenced.push(plan.name);
    const { name } = target.plan;
    await telling(name, tools, execute(name, ["bash", `${CONFIG_FOLDER}/failover.sh`]));
  } finally {
    for (const name of fenced) await nodes.start(name);
  }
  return fenced;
}

/** Waits for the work, and says now and then how much of what was received is left. */
async function telling(name: string, { ask, say }: FailoverTools, work: Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  const tell = async () => {
    for (;;) {
      await sleep(PROGRESS_MS, undefined, { signal: stop.signal });
      const [row] = await ask(name, `SELECT ${UNAPPLIED}`).catch(() => []);
      const left = countOf(row?.[0] ?? "");
      if (left > 0 && !stop.signal.aborted) say(`${name} applies what it has received: ${left} transactions are left`);
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
