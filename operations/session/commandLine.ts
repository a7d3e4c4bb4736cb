import { PROJECT } from "../stack/project.ts";
import { type StackName, stackName } from "./stackName.ts";

export interface CommandLine extends StackName {
  /** Everything else, for the Pulumi CLI. */
  readonly rest: readonly string[];
}

type Environment = Readonly<NodeJS.ProcessEnv>;

/** `-ys`: the stack's short option behind others of the CLI that take no value. */
const CLUSTER_WITH_STACK = /^-[defhjryQ]+s/;

/**
 * Takes `--stack NAME`, `--stack=NAME`, `-s NAME` or `-sNAME` out of the arguments; the default is the shell's stack
 * (PULUMI_STACK), else `dev`.
 * @throws Error where that is no stack of this project, and where a stack was meant and none arrived
 */
export function commandLine(args: readonly string[], env: Environment = process.env): CommandLine {
  refuseSwallowed(env);
  const end = args.indexOf("--");
  const rest: string[] = [];
  let said: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (end >= 0 && index >= end) rest.push(arg);
    else if (arg === "--stack" || arg === "-s") said = nameAfter(arg, args[++index]);
    else if (arg.startsWith("--stack=")) said = nameAfter("--stack", arg.slice("--stack=".length));
    else if (/^-s./.test(arg)) said = arg.slice("-s".length);
    else if (CLUSTER_WITH_STACK.test(arg)) throw new Error(`-s stands by itself, not as in ${arg}${ALLOWED}`);
    else rest.push(arg);
  }
  return { ...stackName(said ?? (env["PULUMI_STACK"] || "dev"), PROJECT), rest };
}

const ALLOWED = "\n    allowed:   --stack NAME";

/** A shell makes nothing, or the empty word, of a variable that is not set: that must not mean another stack. */
function nameAfter(option: string, name: string | undefined): string {
  if (name === undefined || name === "" || name.startsWith("-")) throw new Error(`${option} needs a name${ALLOWED}`);
  return name;
}

/** Options that choose what is acted on. */
const CHOOSING = ["stack", "undo"] as const;

/** npm takes options before `--` for its own, and hands them on as variables alone. */
function refuseSwallowed(env: Environment): void {
  for (const option of CHOOSING) {
    const value = env[`npm_config_${option}`];
    if (!value) continue;
    // npm takes the word after an option that it does not know for an argument.
    const words = option === "stack" ? `--stack ${value === "true" ? "NAME" : value}` : `--${option}`;
    throw new Error(`options come after --: npm run ${env["npm_lifecycle_event"] ?? "COMMAND"} -- ${words}`);
  }
}
