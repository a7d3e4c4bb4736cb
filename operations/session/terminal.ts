import { createInterface } from "node:readline/promises";

/** A line to the user that is not the CLI's; on stderr, so that output for programs stays clean. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

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

/** Runs a command's body; a failure is one message, not a stack trace. */
export async function main(body: () => Promise<number>): Promise<void> {
  // The CLI handles the terminal's signals; this process waits for it and reports its exit code.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
  try {
    process.exitCode = await body();
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
