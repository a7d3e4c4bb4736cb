import { delimiter } from "node:path";

type Environment = Readonly<NodeJS.ProcessEnv>;

/** The folders that npm puts before the user's own folders while it runs a script. */
const OF_NPM = /[/\\](node_modules[/\\]\.bin|node-gyp-bin)$/;

/**
 * Lines for a POSIX shell to evaluate, which bring its environment from `present` to `wanted`. Variables that already
 * have their value are left out, so that a second evaluation changes nothing. PATH is extended, not replaced.
 */
export function exportLines(wanted: Environment, present: Environment): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    if (value === undefined || value === present[name]) return [];
    if (name !== "PATH") return [`export ${name}=${quoted(value)}`];
    const folders = added(value, present["PATH"] ?? "");
    return folders.length === 0 ? [] : [`export PATH=${quoted(folders.join(delimiter))}"\${PATH:+${delimiter}$PATH}"`];
  });
}

/** The environment of the shell that runs a command: without a folder that is the first on PATH for the command alone. */
export function ofShell(env: Environment, folder: string): Environment {
  const path = env["PATH"] ?? "";
  const first = `${folder}${delimiter}`;
  return path.startsWith(first) ? { ...env, PATH: path.slice(first.length) } : env;
}

/** Settings by which the CLI is faster. A value of the user's is kept. */
export const FASTER = {
  /**
   * How many resources are worked on at a time. The default is four for each core, and nearly all of them wait: for a
   * health check, or for the 2 s that the provider lets pass after a network or a volume.
   */
  PULUMI_PARALLEL: "64",
  /** How far Go lets memory grow before it collects garbage, in percent. The default of 100 costs a tenth of the CPU. */
  GOGC: "400",
} as const;

/**
 * The environment without the variables that the CLI does not need: those that make it faster, the folder of its logins
 * if its home is unchanged, and the backend if the CLI is logged in to it.
 * @param login the backend of `pulumi login`
 */
export function necessary(wanted: Environment, present: Environment, login: string | undefined): Environment {
  const found = new Set<string>(Object.keys(FASTER));
  if (wanted["PULUMI_HOME"] === present["PULUMI_HOME"]) found.add("PULUMI_CREDENTIALS_PATH");
  if (wanted["PULUMI_BACKEND_URL"] === login) found.add("PULUMI_BACKEND_URL");
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => !found.has(name)));
}

/** The wanted folders that come before the present ones; none if they are already the first. */
function added(wanted: string, present: string): string[] {
  const folders = foldersOf(wanted.endsWith(present) ? wanted.slice(0, wanted.length - present.length) : wanted);
  const first = foldersOf(present).filter((folder) => !OF_NPM.test(folder));
  return folders.every((folder, index) => folder === first[index]) ? [] : folders;
}

function foldersOf(path: string): string[] {
  return path.split(delimiter).filter((folder) => folder !== "");
}

/** Any text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
