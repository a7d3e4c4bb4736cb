import { utimes, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeAgent } from "./node.ts";
import type { AgentSettings } from "./settings.ts";

/** A file whose age tells whether the agent is alive. */
const ALIVE = "/tmp/alive";
const ALIVE_PAUSE_MS = 5_000;

/** Seconds between two writings of the figures. */
const METRICS_PAUSE = 10;

/** Milliseconds in which a step may end after a stop signal. A step that is cut off is harmless. */
const STOP_MS = 2_000;

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
const seconds = () => performance.now() / 1000;

/** Runs the agent of a node until it is stopped. */
export async function runNode(settings: AgentSettings, stop: AbortSignal, say: (text: string) => void): Promise<void> {
  stop.addEventListener("abort", () => setTimeout(() => process.exit(0), STOP_MS).unref());
  await keepAlive();
  const agent = new NodeAgent(settings, say);
  await agent.load();
  const { metrics } = settings.folders;
  let nextMetrics = 0;
  let lastProblem: string | undefined;
  while (!stop.aborted) {
    const pause = await agent.turn().then(
      (seconds) => {
        lastProblem = undefined;
        return seconds;
      },
      (error: unknown) => {
        if (reasonOf(error) !== lastProblem) say(`a round failed: ${reasonOf(error)}`);
        lastProblem = reasonOf(error);
        return 1;
      },
    );
    if (metrics !== undefined && seconds() >= nextMetrics) {
      nextMetrics = seconds() + METRICS_PAUSE;
      await agent.metrics.write(metrics, new Date()).catch((error: unknown) => say(`figures: ${reasonOf(error)}`));
    }
    await sleep(pause * 1000, undefined, { signal: stop }).catch(() => undefined);
  }
  agent.close();
}

/** Keeps a file young while the agent's process works. */
async function keepAlive(): Promise<void> {
  await writeFile(ALIVE, "");
  setInterval(() => {
    const now = new Date();
    utimes(ALIVE, now, now).catch(() => undefined);
  }, ALIVE_PAUSE_MS).unref();
}
