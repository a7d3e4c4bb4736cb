import { say } from "./terminal.ts";

/** What Ctrl-C and a polite end send. npm hands them on once more: a command may have the same one twice. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Calls back for each signal, which ends nothing then. Returns how to stop that. */
export function onSignals(callback: () => void): () => void {
  for (const signal of SIGNALS) process.on(signal, callback);
  return () => {
    for (const signal of SIGNALS) process.off(signal, callback);
  };
}

/**
 * Lets signals end nothing here while the work is done: because a child handles the terminal's, and this process waits
 * for it; or because half of the work would be worse than all of it.
 * @param word said at each signal; default: nothing
 */
export async function withoutSignals<T>(work: () => Promise<T>, word?: string): Promise<T> {
  const stop = onSignals(() => word !== undefined && say(word));
  try {
    return await work();
  } finally {
    stop();
  }
}

/** Does work that a signal ends: it is aborted then, and has the time to take back what it has begun. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const stop = onSignals(() => ended.abort(new Error("interrupted")));
  try {
    return await work(ended.signal);
  } finally {
    stop();
  }
}
