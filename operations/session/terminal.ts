/** A line to the user that is not the CLI's; on stderr, so that output for programs stays clean. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs a command's body; a failure is one message, not a stack trace. */
export async function main(body: () => Promise<number>): Promise<void> {
  // Whoever reads the output may have enough of it, as `head` has; the command goes on.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  try {
    process.exitCode = await body();
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
