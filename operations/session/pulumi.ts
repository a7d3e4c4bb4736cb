import { join } from "node:path";
import { execa } from "execa";
import { makeObjects, makeObjectsWhereWritable } from "../stack/file.ts";
import { PROJECT, ROOT } from "../stack/project.ts";
import { type CommandLine, commandLine } from "./commandLine.ts";
import { ensureStack } from "./existing.ts";
import { type Machine, type Needs, prepareMachine } from "./machine.ts";
import { withoutSignals } from "./signals.ts";
import { say } from "./terminal.ts";

export interface Session extends CommandLine, Machine {}

/**
 * Prepares the machine, and makes sure that the stack exists.
 * @param isMade whether a missing stack is made; default: no
 * @param needs the parts of the machine that are needed; default: all
 */
export async function openSession(
  args: readonly string[],
  { isMade = false, needs }: { readonly isMade?: boolean; readonly needs?: Needs } = {},
): Promise<Session> {
  const line = commandLine(args);
  const machine = await prepareMachine(line.stack, needs);
  await ensureStack(line, machine, isMade);
  return { ...line, ...machine };
}

/** The commands that declare resources, which the policy pack then checks. */
const DECLARING: readonly string[] = ["preview", "up"];

/** Runs the Pulumi CLI in the user's terminal, with the policy pack; resolves to its exit code. */
export async function pulumi(session: Session, command: readonly string[]): Promise<number> {
  const [verb = "", ...flags] = command;
  const isDeclaring = DECLARING.includes(verb);
  if (isDeclaring) await withoutTexts(session.stack, verb === "preview");
  const pack = isDeclaring ? ["--policy-pack", join(ROOT, "policy")] : [];
  const args = [verb, "--stack", session.reference, ...pack, ...flags, ...session.rest];
  const options = { cwd: ROOT, env: session.env, extendEnv: false, stdio: "inherit", reject: false } as const;
  // Ctrl-C reaches the CLI from the terminal; a second signal from here would make it give up at once.
  const { exitCode } = await withoutSignals(() => {
    const cli = execa("pulumi", args, { ...options, forceKillAfterDelay: false });
    // `kill` reaches this process alone. The CLI ends in good order at Ctrl-C's signal.
    const end = () => void cli.kill("SIGINT");
    process.once("SIGTERM", end);
    return cli.finally(() => process.off("SIGTERM", end));
  });
  return exitCode ?? 1;
}

/**
 * Makes lists and objects of JSON texts in the stack's file, so that the commands in an error can change their parts.
 * @param isPreview a preview does not need a file that can be written
 */
async function withoutTexts(stack: string, isPreview: boolean): Promise<void> {
  const made = await (isPreview ? makeObjectsWhereWritable : makeObjects)(PROJECT, stack);
  if (made.length === 0) return;
  say(
    `JSON texts in Pulumi.${stack}.yaml are lists and objects now, so that pulumi config set --path keeps what they hold: ${made.join(", ")}`,
  );
}
