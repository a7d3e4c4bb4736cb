import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import type { z } from "zod";
import { type Settings, schema } from "../config/schema.ts";
import { fromText } from "../config/shape.ts";
import { type StackName, stackName } from "./stackName.ts";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The project's name, as Pulumi.yaml has it. */
export const PROJECT: string = parse(readFileSync(`${ROOT}/Pulumi.yaml`, "utf8")).name;

/** A line to the user that is not the CLI's; on stderr, so that output for programs stays clean. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

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

/** What the commands must know of a stack before the program runs. */
export interface StackNeeds {
  readonly images: Settings["images"];
  /** The stack's Docker engine. */
  readonly endpoint: string;
}

/** Reads a stack's file; where it is malformed the defaults serve, for the program itself reports it. */
export async function stackNeeds(stack: string, folder = ROOT): Promise<StackNeeds> {
  const file = parse(await readFile(`${folder}/Pulumi.${stack}.yaml`, "utf8").catch(() => "{}"));
  const { images, loadBalancer } = schema.shape;
  const setting = <T>(part: z.ZodType<T>, key: string): T => {
    const result = part.safeParse(fromText(part, file?.config?.[`${PROJECT}:${key}`]));
    return result.success ? result.data : part.parse(undefined);
  };
  return { images: setting(images, "images"), endpoint: setting(loadBalancer, "loadBalancer").endpoint };
}
