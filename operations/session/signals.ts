import { say } from "./terminal.ts";

/** The signals of Ctrl-C and of `kill`. npm passes them on, so a command may receive the same signal twice. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Calls back for each signal, which then does not end the process. Returns a function that ends this. */
export function onSignals(callback: () => void): () => void {
  for (const signal of SIGNALS) process.on(signal, callback);
  return () => {
    for (const signal of SIGNALS) process.off(signal, callback);
  };
}

/**
 * Ignores signals while the work is done: either because a child process receives the terminal's signals and this
 * process waits for the child, or because half of the work would be worse than all of it.
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

/** Does work that a signal aborts; the work then has the time to undo its unfinished changes. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const stop = onSignals(() => ended.abort(new Error("interrupted")));
  try {
    return await work(ended.signal);
  } finally {
    stop();
  }
}
