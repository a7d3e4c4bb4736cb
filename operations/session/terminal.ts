/** Prints a line for the user on stderr, so that the output for programs, on stdout, stays clean. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs a command's body, which resolves to the exit code. A failure is reported as one message, not a stack trace.
 * @param usage printed for `--help`, and nothing else is done then; undefined: the CLI answers it
 */
export async function main(body: () => Promise<number>, usage?: string): Promise<void> {
  if (usage !== undefined && isHelpWanted(process.argv.slice(2))) {
    say(usage);
    return;
  }
  // A reader such as `head` may close the output early (EPIPE); the command goes on.
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

function isHelpWanted(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}
