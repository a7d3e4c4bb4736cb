import { type ParseArgsConfig, parseArgs } from "node:util";

/**
 * Reads a command's own options.
 * @param command its name in `npm run`
 * @throws Error naming the option that is wrong, and those that are allowed
 */
export function optionsOf<const T extends ParseArgsConfig>(
  command: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"))) throw error;
    const options = Object.entries(config.options ?? {});
    const allowed = ["--stack NAME", ...options.map(([name, { type }]) => `--${name}${type === "string" ? " …" : ""}`)];
    throw new Error(`${complaint(command, error.message, String(error.code))}\n    allowed:   ${allowed.join(", ")}`);
  }
}

/** Node.js's message names the argument in quotes, with its short form and its value. */
function complaint(command: string, message: string, code: string): string {
  const [, quoted = ""] = /'(.*?)'/.exec(message) ?? [];
  const name = /--[^ =]+/.exec(quoted)?.[0] ?? quoted;
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `${name} is no option of ${command}`;
  if (code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL") return `${name} is no argument of ${command}`;
  return `${name} ${/does not take/.test(message) ? "takes no value" : "needs a value"}`;
}
