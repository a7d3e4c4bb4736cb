import { utimes, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeAgent } from "./node.ts";
import { readSettings } from "./settings.ts";

/** The default of the first argument. */
const SETTINGS = "/etc/agent/settings.json";

/** A file whose age tells whether the agent is alive. */
const ALIVE = "/tmp/alive";
const ALIVE_PAUSE_MS = 5_000;

/** Seconds between two writings of the figures. */
const METRICS_PAUSE = 10;

/** Seconds in which a step may end after a stop signal. A step that is cut off is harmless. */
const STOP_SECONDS = 2;

const say = (text: string) => console.log(`agent: ${text.replaceAll("\n", "; ")}`);
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function main(): Promise<void> {
  const settings = await readSettings(process.argv[2] ?? SETTINGS);
  const stopping = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      stopping.abort();
      setTimeout(() => process.exit(0), STOP_SECONDS * 1000).unref();
    });
  }
  await keepAlive();
  const agent = new NodeAgent(settings, say);
  await agent.load();
  const { metrics } = settings.folders;
  let nextMetrics = 0;
  while (!stopping.signal.aborted) {
    const pause = await agent.turn().catch((error: unknown) => {
      say(`a round failed: ${reasonOf(error)}`);
      return 1;
    });
    if (metrics !== undefined && performance.now() / 1000 >= nextMetrics) {
      nextMetrics = performance.now() / 1000 + METRICS_PAUSE;
      await agent.metrics.write(metrics, new Date()).catch((error: unknown) => say(`figures: ${reasonOf(error)}`));
    }
    await sleep(pause * 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
  agent.close();
  process.exit(0);
}

/** Keeps a file young while the agent's process works. */
async function keepAlive(): Promise<void> {
  await writeFile(ALIVE, "");
  setInterval(() => {
    const now = new Date();
    utimes(ALIVE, now, now).catch(() => undefined);
  }, ALIVE_PAUSE_MS).unref();
}

main().catch((error: unknown) => {
  console.error(`agent: it cannot start: ${reasonOf(error)}`);
  process.exit(1);
});
