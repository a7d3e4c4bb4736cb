import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import type { Command } from "./command.ts";

/** How long a process may take to end after it was asked to: less than the engine gives this host. */
const GRACE_MS = 3000;

const running = new Set<ChildProcess>();

/** Starts Node.js. The process ends at the latest with this host (see stopAll). */
export function startNode(command: Command, stdio: SpawnOptions["stdio"]): ChildProcess {
  return start(process.execPath, command, stdio);
}

export function start(file: string, command: Command, stdio: SpawnOptions["stdio"]): ChildProcess {
  const child = spawn(file, command.args, { cwd: command.cwd, env: { ...process.env, ...command.env }, stdio });
  running.add(child);
  child.once("error", () => running.delete(child));
  child.once("exit", () => running.delete(child));
  return child;
}

/** Asks the process to end, and makes it after a while. */
export function stop(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  timer.unref();
  child.once("exit", () => clearTimeout(timer));
}

/** Asks every process that this host has started to end, and waits until all have. */
export async function stopAll(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const exit = once(child, "exit");
      stop(child);
      await exit;
    }),
  );
}

/** Ends them at once. */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Waits for the end of the process and of what it wrote; rejects where it could not be started. */
export function ended(child: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** The end of a process in the words of an error, or undefined where all went well. */
export function failure({ code, signal }: End): string | undefined {
  if (signal !== null) return `Program was ended by signal ${signal}`;
  return code === 0 ? undefined : `Program exited with non-zero exit code: ${code}`;
}
