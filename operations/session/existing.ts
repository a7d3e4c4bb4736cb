import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { didYouMean } from "../../config/nearest.ts";
import { cli, isWithoutStack } from "../stack/cli.ts";
import { PROJECT, ROOT } from "../stack/project.ts";
import type { Machine } from "./machine.ts";
import type { StackName } from "./stackName.ts";

/**
 * Makes sure that the stack exists.
 * @param isMade whether a missing stack is made; if not, a mistyped name does not become a stack
 * @throws Error naming the stacks that exist
 */
export async function ensureStack(name: StackName, machine: Machine, isMade: boolean): Promise<void> {
  if (isKnown(name.stack, machine)) return;
  const { env } = machine;
  if (isMade) {
    const args = ["stack", "select", "--create", "--stack", name.reference];
    await execa("pulumi", args, { cwd: ROOT, env, extendEnv: false, stdin: "inherit", stderr: "inherit" });
    return;
  }
  try {
    await cli({ reference: name.reference, env }, ["stack", "select"]);
  } catch (error) {
    if (!isWithoutStack(error)) throw error;
    const { stdout } = await execa("pulumi", ["stack", "ls", "--json"], { cwd: ROOT, env, extendEnv: false });
    const names = stacks.parse(JSON.parse(stdout)).map(({ name }) => name);
    throw new Error(`there is no stack ${name.reference}${didYouMean(name.reference, names)}
    allowed:   ${names.join(", ") || "none has been made yet"}; npm run up -- --stack ${name.reference} makes it`);
  }
}

const stacks = z.array(z.object({ name: z.string() }));

/** Whether a local backend certainly has the stack. Only the CLI can ask other backends. */
function isKnown(stack: string, { backend }: Machine): boolean {
  return backend.folder !== undefined && existsSync(join(backend.folder, ".pulumi/stacks", PROJECT, `${stack}.json`));
}
