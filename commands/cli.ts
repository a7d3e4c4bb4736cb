import { execa } from "execa";
import type { Session } from "./pulumi.ts";
import { ROOT } from "./settings.ts";

/** Runs the CLI for what it answers, unseen by the user. */
export async function cli(
  session: Pick<Session, "reference" | "env">,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const { stdout } = await execa("pulumi", [...args, "--stack", session.reference], {
    cwd: ROOT,
    env: session.env,
    extendEnv: false,
    ...(input === undefined ? {} : { input }),
  });
  return stdout;
}
