/** The commands that texts name, in the form in which a user can run them for the stack that was asked about. */

/** The stack of a command that names none. */
export const DEFAULT_STACK = "dev";

/** The npm scripts that act on a stack, and take its name. */
export const STACK_COMMANDS: readonly string[] = [
  "up",
  "preview",
  "down",
  "status",
  "logs",
  "picture",
  "explain",
  "exec",
  "releases",
  "rollback",
  "backup",
  "backups",
  "restore",
  "rotate",
  "doctor",
  "images",
  "sbom",
  "env",
  "bootstrap",
  "drill",
  "firewall",
  "database",
  "notify",
  "hosts",
  "ca",
  "trust",
];

const OF_NPM = new RegExp(`\\bnpm run (--silent )?(${STACK_COMMANDS.join("|")})(?![\\w-])( --(?= ))?`, "g");
const OF_PULUMI = /\bpulumi config (?:set|rm|get)(?![\w-])/g;

/** The rest of a command of npm ends with its clause, before the next command. */
const REST_OF_NPM = /^(?:(?!\bnpm run )[^\n;,:()"])*/;
/** The rest of a command of pulumi may hold values with any sign, so it ends with the line, or before the next command. */
const REST_OF_PULUMI = /^(?:(?!\bnpm run )[^\n])*/;
const NAMES_A_STACK = /(?:^|\s)(?:--stack[ =]|-s )/;

/** A text whose commands name the stack. Those that name one already stay as they are. A pure function. */
export function commandsFor(text: string, stack: string): string {
  const named = (given: string, command: string, rest: RegExp, behind: string) =>
    NAMES_A_STACK.test(rest.exec(behind)?.[0] ?? "") ? given : `${command} --stack ${stack}`;
  return text
    .replace(OF_NPM, (given: string, silent = "", name: string, _, at: number, whole: string) =>
      named(given, `npm run ${silent}${name} --`, REST_OF_NPM, whole.slice(at + given.length)),
    )
    .replace(OF_PULUMI, (given: string, at: number, whole: string) =>
      named(given, given, REST_OF_PULUMI, whole.slice(at + given.length)),
    );
}

/** Whether a command that names no stack acts on this one, in this shell and in any other. */
export function isMeantByDefault(stack: string, shellStack: string | undefined): boolean {
  return stack === DEFAULT_STACK && (shellStack || DEFAULT_STACK) === stack;
}

/** The stack that commands have to name. undefined: none. */
let added: string | undefined;

/** Sets, once in a process, the stack that it was asked about. */
export function askedAbout(stack: string, shellStack = process.env["PULUMI_STACK"]): void {
  added = isMeantByDefault(stack, shellStack) ? undefined : stack;
}

/** A text for the user, whose commands act on the stack that this process was asked about. */
export function runnable(text: string): string {
  return added === undefined ? text : commandsFor(text, added);
}

/** A value of lists and objects, in which every text is for the user. */
export function runnableIn<T>(value: T): T {
  return within(value) as T;
}

function within(value: unknown): unknown {
  if (typeof value === "string") return runnable(value);
  if (Array.isArray(value)) return value.map(within);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, within(part)]));
}
