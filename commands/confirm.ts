import { createInterface } from "node:readline/promises";

/** Asks for a yes; without a terminal nobody can say it. */
export async function confirm(question: string, signal?: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  // Without editing of its own the terminal turns Ctrl-C into a signal, as everywhere else.
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const answer = await terminal.question(`${question} [y/N] `, signal ? { signal } : {});
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
