import { utimes, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeAgent } from "./node.ts";
import { reasonOf } from "./reason.ts";
import type { AgentSettings } from "./settings.ts";

/** A file whose age tells whether the agent is alive. */
const ALIVE = "/tmp/alive";
const ALIVE_PAUSE_MS = 5_000;

const METRICS_PAUSE_MS = 10_000;

/** Milliseconds in which a step may end after a stop signal. A step that is cut off is harmless. */
const STOP_MS = 2_000;

/** Runs the agent of a node until it is stopped. */
export async function runNode(settings: AgentSettings, stop: AbortSignal, say: (text: string) => void): Promise<void> {
  stop.addEventListener("abort", () => setTimeout(() => process.exit(0), STOP_MS).unref());
  await keepAlive();
  const agent = new NodeAgent(settings, say);
  await agent.load();
  keepFigures(agent, settings, say);
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
    await sleep(pause * 1000, undefined, { signal: stop }).catch(() => undefined);
  }
  agent.close();
}

/** Writes the figures as long as the agent's process works: a step may take hours. */
function keepFigures(agent: NodeAgent, { folders: { metrics } }: AgentSettings, say: (text: string) => void): void {
  if (metrics === undefined) return;
  let lastProblem: string | undefined;
  const write = () =>
    agent.metrics.write(metrics, new Date()).then(
      () => {
        lastProblem = undefined;
      },
      (error: unknown) => {
        if (reasonOf(error) !== lastProblem) say(`figures: ${reasonOf(error)}`);
        lastProblem = reasonOf(error);
      },
    );
  void write();
  setInterval(() => void write(), METRICS_PAUSE_MS).unref();
}

/** Keeps a file young while the agent's process works. */
async function keepAlive(): Promise<void> {
  await writeFile(ALIVE, "");
  setInterval(() => {
    const now = new Date();
    utimes(ALIVE, now, now).catch(() => undefined);
  }, ALIVE_PAUSE_MS).unref();
}
