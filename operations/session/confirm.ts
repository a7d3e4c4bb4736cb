import { createInterface } from "node:readline/promises";
import { onSignals } from "./signals.ts";
import { say } from "./terminal.ts";

/** Asks for a yes; without a terminal nobody can say it. A signal and the end of the input are a no. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  // Without editing of its own the terminal turns Ctrl-C into a signal, as everywhere else.
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
    // After a signal the command says that it does nothing, and the same signal must not end it before: see signals.ts.
    if (!signal.aborted) stop();
    terminal.close();
  }
}
