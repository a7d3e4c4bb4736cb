import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { engineClient, type Reach } from "./client.ts";
import { limitProcesses } from "./processLimit.ts";
import { joined } from "./streams.ts";

export interface TaskLimits {
  /** The time after which the task is killed. */
  readonly seconds: number;
  /** The most processes and threads. */
  readonly pids: number;
  /** Receives the output, line by line. */
  readonly say: (line: string) => void;
}

export interface TaskResult {
  /** An exit code that is not 0; or that it ended well, or that it took too long and was killed. */
  readonly outcome: "done" | "too long" | number;
  /** The last lines of its output. */
  readonly lines: readonly string[];
}

/** Runs a container to its end; tests have one of their own. */
export type RunTask = (reach: Reach, id: string, limits: TaskLimits) => Promise<TaskResult>;

/** The lines that a message shows. */
const LAST_LINES = 20;
/** The lines of a task that are said as they come: the display of an update keeps all of them in memory. */
const SAID_LINES = 500;

/**
 * Runs a container that was created for a task, and waits for its end. One that still runs, because the update that
 * started it was interrupted, is waited for and not started again. One that ended well for such an update is done.
 */
export const runTask: RunTask = async (reach, id, { seconds, pids, say }) => {
  const engine = engineClient(reach);
  const container = engine.getContainer(id);
  const { Name, State } = await container.inspect();
  const hasRun = !State.Running && State.Status === "exited";
  if (hasRun && State.ExitCode === 0) {
    say("it had ended well when an earlier update was interrupted");
    return { outcome: "done", lines: [] };
  }
  await limitProcesses(reach, id, pids);
  if (State.Running) say("an interrupted update has started it; waiting for its end");
  const lines: string[] = [];
  const stream = await container.attach({ stream: true, stdout: true, stderr: true, logs: State.Running });
  let count = 0;
  const { output, ended } = joined(engine, stream);
  createInterface({ input: output }).on("line", (line) => {
    lines.push(line);
    if (lines.length > LAST_LINES) lines.shift();
    if (++count <= SAID_LINES) say(line);
  });
  if (!State.Running) await container.start();
  const limit = new AbortController();
  const late = sleep(seconds * 1_000, "too long" as const, { signal: limit.signal });
  const outcome = await Promise.race([container.wait().then(({ StatusCode }) => Number(StatusCode)), late]);
  limit.abort();
  late.catch(() => undefined);
  // Many programs end with 0 at a stop signal: the next update would take that for a task that has ended well.
  if (outcome === "too long") await container.kill().catch(() => undefined);
  await ended.catch(() => undefined);
  if (count > SAID_LINES) say(`… and ${count - SAID_LINES} more lines: docker logs ${Name.slice(1)}`);
  return { outcome: outcome === 0 ? "done" : outcome, lines };
};
