import { delimiter } from "node:path";

type Environment = Readonly<NodeJS.ProcessEnv>;

/** npm puts these before the user's own folders, for as long as a script runs. */
const OF_NPM = /[/\\](node_modules[/\\]\.bin|node-gyp-bin)$/;

/**
 * What a shell that has `present` lacks of `wanted`, as lines for a POSIX shell to evaluate. A variable that is there
 * with its value is left out, so that a second evaluation changes nothing; PATH is extended, not replaced.
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

/**
 * The environment without what the CLI finds by itself: the folder of its logins where its home is the same, and the
 * backend that it is logged in to.
 * @param login the backend of `pulumi login`
 */
export function necessary(wanted: Environment, present: Environment, login: string | undefined): Environment {
  const found = new Set<string>();
  if (wanted["PULUMI_HOME"] === present["PULUMI_HOME"]) found.add("PULUMI_CREDENTIALS_PATH");
  if (wanted["PULUMI_BACKEND_URL"] === login) found.add("PULUMI_BACKEND_URL");
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => !found.has(name)));
}

/** The folders before the present ones, unless they are already the first. */
function added(wanted: string, present: string): string[] {
  const folders = foldersOf(wanted.endsWith(present) ? wanted.slice(0, wanted.length - present.length) : wanted);
  const first = foldersOf(present).filter((folder) => !OF_NPM.test(folder));
  return folders.every((folder, index) => folder === first[index]) ? [] : folders;
}

function foldersOf(path: string): string[] {
  return path.split(delimiter).filter((folder) => folder !== "");
}

/** Text as one word of a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
