import { createInterface } from "node:readline/promises";
import { onSignals } from "./signals.ts";
import { say } from "./terminal.ts";

/** Asks a yes-or-no question. A signal, the end of the input and a missing terminal count as no. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  // Without line editing by Node.js, the terminal turns Ctrl-C into a signal.
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const ended = new AbortController();
  const { signal } = ended;
  const stop = onSignals(() => ended.abort());
  terminal.once("close", () => ended.abort());
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!signal.aborted) throw error;
    say("");
    return false;
  } finally {
    // After a signal the command still says that it changes nothing. The same signal may come twice (signals.ts), and
    // must not end the command before that.
    if (!signal.aborted) stop();
    terminal.close();
  }
}
