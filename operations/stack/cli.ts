import { execa } from "execa";
import type { Machine } from "../session/machine.ts";
import type { StackName } from "../session/stackName.ts";
import { ROOT } from "./project.ts";

/**
 * Runs the CLI out of the user's sight; resolves to its output.
 * @throws Error with the CLI's message if it fails
 */
export async function cli(
  session: Pick<StackName, "reference"> & Pick<Machine, "env">,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const { stdout, stderr, failed, message } = await execa("pulumi", [...args, "--stack", session.reference], {
    cwd: ROOT,
    env: session.env,
    extendEnv: false,
    reject: false,
    ...(input === undefined ? {} : { input }),
  });
  if (failed) throw new Error(stderr.trim().replace(/^error: /, "") || message);
  return stdout;
}

/** Whether the CLI has failed because its backend does not have the stack. */
export function isWithoutStack(error: unknown): boolean {
  return error instanceof Error && error.message.includes("no stack named");
}
