import { parseArgs } from "node:util";
import { PROJECT } from "../stack/project.ts";
import { type StackName, stackName } from "./stackName.ts";

export interface CommandLine extends StackName {
  /** Everything else, for the Pulumi CLI. */
  readonly rest: readonly string[];
}

/**
 * Takes `--stack NAME` or `-s NAME` out of the arguments; the default is the shell's stack (PULUMI_STACK), else `dev`.
 * @throws Error where that is no stack of this project
 */
export function commandLine(args: readonly string[], env: Readonly<NodeJS.ProcessEnv> = process.env): CommandLine {
  const { tokens } = parseArgs({
    args: [...args],
    options: { stack: { type: "string", short: "s" } },
    strict: false,
    tokens: true,
  });
  const own = tokens.flatMap((token) => (token.kind === "option" && token.name === "stack" ? [token] : []));
  const taken = new Set(own.flatMap(({ index, inlineValue }) => (inlineValue ? [index] : [index, index + 1])));
  return {
    ...stackName(own.at(-1)?.value ?? (env["PULUMI_STACK"] || "dev"), PROJECT),
    rest: args.filter((_, index) => !taken.has(index)),
  };
}
