import { createRequire } from "node:module";
import { join } from "node:path";
import type { RuntimeOptions } from "./options.ts";

/** A Node.js process to start. */
export interface Command {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the environment of this host. */
  readonly env: Readonly<Record<string, string>>;
}

/** What the engine asks to run: the values of a RunRequest that the program runner wants to know. */
export interface Program {
  readonly monitor: string;
  readonly engine: string;
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  readonly pwd: string;
  readonly rootDirectory: string;
  readonly programDirectory: string;
  readonly entryPoint: string;
  readonly args: readonly string[];
  readonly parallel: number;
  readonly dryRun: boolean;
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** The call of the SDK's program runner. */
export function programCommand(program: Program, options: RuntimeOptions): Command {
  const flags: Record<string, string> = {
    monitor: program.monitor,
    engine: program.engine,
    organization: program.organization,
    project: program.project,
    stack: program.stack,
    pwd: program.pwd,
    "root-directory": program.rootDirectory,
    parallel: String(program.parallel),
  };
  return {
    args: [
      ...options.nodeArgs,
      sdkModule("cmd/run", program.programDirectory),
      ...Object.entries(flags).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
      ...(program.dryRun ? ["--dry-run"] : []),
      program.entryPoint,
      ...program.args,
    ],
    cwd: program.programDirectory,
    env: {
      ...typescriptEnv(options),
      PULUMI_CONFIG: JSON.stringify(program.config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(program.secretKeys),
    },
  };
}

/** A policy pack or another plugin that is a Node.js program, as in a RunPluginRequest. */
export interface PluginProgram {
  readonly kind: string;
  readonly pwd: string;
  readonly programDirectory: string;
  readonly entryPoint: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
}

/** The call of the SDK's plugin runner; a policy pack has its own one. */
export function pluginCommand(plugin: PluginProgram, options: RuntimeOptions): Command {
  const runner = plugin.kind === "analyzer" ? "cmd/run-policy-pack" : "cmd/run-plugin";
  return {
    args: [
      ...options.nodeArgs,
      sdkModule(runner, plugin.programDirectory),
      ...plugin.args,
      join(plugin.programDirectory, plugin.entryPoint),
    ],
    // A policy pack reads its own package.json from the folder that it runs in.
    cwd: plugin.kind === "analyzer" ? plugin.programDirectory : plugin.pwd,
    env: { ...Object.fromEntries(plugin.env.map(splitVariable)), ...typescriptEnv(options) },
  };
}

function typescriptEnv({ typescript, tsconfig }: RuntimeOptions): Record<string, string> {
  return {
    PULUMI_NODEJS_TYPESCRIPT: String(typescript),
    ...(tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}

function splitVariable(variable: string): [string, string] {
  const at = variable.indexOf("=");
  return [variable.slice(0, at), variable.slice(at + 1)];
}

/** A module of the SDK that the program itself uses, so that both always are the same version. */
function sdkModule(path: string, directory: string): string {
  try {
    return createRequire(join(directory, "index.js")).resolve(`@pulumi/pulumi/${path}`);
  } catch {
    throw new Error(`The Pulumi SDK is not installed for ${directory}. Run "npm install" there.`);
  }
}
