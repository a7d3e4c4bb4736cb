import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT, ROOT } from "../stack/project.ts";
import { type CommandLine, commandLine } from "./commandLine.ts";
import { type Machine, type Needs, prepareMachine } from "./machine.ts";
import { withoutSignals } from "./signals.ts";

export interface Session extends CommandLine, Machine {}

/** Prepares the machine, by default with everything, and makes sure that the stack exists. */
export async function openSession(args: readonly string[], needs?: Needs): Promise<Session> {
  const line = commandLine(args);
  const machine = await prepareMachine(line.stack, needs);
  if (!isKnown(line.stack, machine)) {
    await execa("pulumi", ["stack", "select", "--create", "--stack", line.reference], {
      cwd: ROOT,
      env: machine.env,
      extendEnv: false,
      stdin: "inherit",
      stderr: "inherit",
    });
  }
  return { ...line, ...machine };
}

/** Whether a local backend has the stack; other backends are asked. */
function isKnown(stack: string, { backend }: Machine): boolean {
  return backend.folder !== undefined && existsSync(join(backend.folder, ".pulumi/stacks", PROJECT, `${stack}.json`));
}

/** Runs the genuine CLI with the terminal that the user sees; resolves to its exit code. */
export async function pulumi(session: Session, command: readonly string[]): Promise<number> {
  const [verb = "", ...flags] = command;
  const args = [verb, "--stack", session.reference, ...flags, ...session.rest];
  // Ctrl-C reaches the CLI from the terminal; a second signal from here would make it give up at once.
  const options = { cwd: ROOT, env: session.env, extendEnv: false, stdio: "inherit", reject: false } as const;
  const { exitCode } = await withoutSignals(() => execa("pulumi", args, { ...options, forceKillAfterDelay: false }));
  return exitCode ?? 1;
}
