import { DEFAULT_STACK } from "../../config/commands.ts";
import { PROJECT } from "../stack/project.ts";
import { type StackName, stackName } from "./stackName.ts";

export interface CommandLine extends StackName {
  /** All other arguments, for the command or the Pulumi CLI. */
  readonly rest: readonly string[];
}

type Environment = Readonly<NodeJS.ProcessEnv>;

/** The stack's short option in one word with other short options of the CLI that take no value: `-ys`. */
const CLUSTER_WITH_STACK = /^-[defhjryQ]+s/;

/**
 * Takes `--stack NAME`, `--stack=NAME`, `-s NAME` or `-sNAME` out of the arguments. The default is the shell's stack
 * (PULUMI_STACK), else DEFAULT_STACK.
 * @throws Error if the name is not a stack of this project, or if the option is there and its name is not
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
  return { ...stackName(said ?? (env["PULUMI_STACK"] || DEFAULT_STACK), PROJECT), rest };
}

const ALLOWED = "\n    allowed:   --stack NAME";

/**
 * The name after an option. A shell expands a variable that is not set to nothing or to an empty word: the command must
 * not act on another stack then.
 */
function nameAfter(option: string, name: string | undefined): string {
  if (name === undefined || name === "" || name.startsWith("-")) throw new Error(`${option} needs a name${ALLOWED}`);
  return name;
}

/** Options that choose the object of a command. */
const CHOOSING = ["stack", "undo"] as const;

/** npm takes options before `--` for its own, and passes them on only as variables. */
function refuseSwallowed(env: Environment): void {
  for (const option of CHOOSING) {
    const value = env[`npm_config_${option}`];
    if (!value) continue;
    // If npm does not know an option, it takes the word after it for an argument.
    const words = option === "stack" ? `--stack ${value === "true" ? "NAME" : value}` : `--${option}`;
    throw new Error(`options come after --: npm run ${env["npm_lifecycle_event"] ?? "COMMAND"} -- ${words}`);
  }
}
