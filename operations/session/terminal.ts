import { askedAbout, runnable } from "../../config/commands.ts";
import { commandLine } from "./commandLine.ts";

/** Prints a line for the user on stderr, so that the output for programs, on stdout, stays clean. */
export function say(line: string): void {
  process.stderr.write(`${runnable(line)}\n`);
}

/** Prints a line of the result on stdout. */
export function print(line: string): void {
  process.stdout.write(`${runnable(line)}\n`);
}

/** Says how a command is used. */
export function sayUsage(usage: string): void {
  process.stderr.write(`${usage}\n`);
}

/**
 * Runs a command's body, which resolves to the exit code. A failure is reported as one message, not a stack trace.
 * @param usage printed for `--help`, and nothing else is done then; undefined: the CLI answers it
 */
export async function main(body: () => Promise<number>, usage?: string): Promise<void> {
  if (usage !== undefined && isHelpWanted(process.argv.slice(2))) {
    sayUsage(usage);
    return;
  }
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endWithReader);
  try {
    askedAbout(commandLine(process.argv.slice(2)).reference);
  } catch {
    // The body reads the arguments as well, and says what is wrong with them.
  }
  try {
    process.exitCode = await body();
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

/** The exit code of a program whose reader has gone: that of the signal SIGPIPE, which Node.js ignores. */
const WITHOUT_READER = 141;

let isReaderGone = false;

/** A reader such as `head` may close the output early. That ends the command as a signal would. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  if (isReaderGone) return;
  isReaderGone = true;
  // Work that a signal must not end at once takes its time, or undoes what it has begun.
  if (!process.emit("SIGTERM", "SIGTERM")) process.exit(WITHOUT_READER);
}

function isHelpWanted(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}
