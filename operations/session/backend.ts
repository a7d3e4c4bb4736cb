import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { systemHome, userHome } from "../../bootstrap/pulumi/home.ts";
import { ROOT } from "../stack/project.ts";

type Environment = Readonly<NodeJS.ProcessEnv>;

/** The place of a stack's state, and the means to open it. */
export interface Backend {
  readonly summary: string;
  /** The variables that tell the CLI about it. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder of a local file backend, where the locks are files; undefined: another kind of backend. */
  readonly folder: string | undefined;
  /** The file that holds the passphrase, or will when it is made; undefined: the user brings a passphrase. */
  readonly passphraseFile: string | undefined;
}

const CLOUD = "https://api.pulumi.com";

/**
 * The user's own backend, if there is one; else a folder outside the repository, with a generated passphrase.
 * @throws Error if the user names two backends
 */
export function findBackend(env: Environment): Backend {
  const named = given(env["FOOBAR_STATE_DIR"]);
  const home = named ?? join(given(env["XDG_STATE_HOME"]) ?? join(homedir(), ".local/state"), "foobar");
  const folder = resolve(ROOT, home, "state");
  const chosen = chosenBackend(env);
  if (chosen !== undefined) {
    const own = folderOf(chosen.url);
    if (named !== undefined && own !== folder) throw new Error(twoStates(named, chosen));
    return {
      summary: `${chosen.url} (yours)`,
      env: { PULUMI_BACKEND_URL: chosen.url },
      folder: own,
      passphraseFile: undefined,
    };
  }
  const url = pathToFileURL(folder).href;
  if (env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || given(env["PULUMI_CONFIG_PASSPHRASE_FILE"]) !== undefined) {
    return {
      summary: `${url}, with your passphrase`,
      env: { PULUMI_BACKEND_URL: url },
      folder,
      passphraseFile: undefined,
    };
  }
  const passphraseFile = join(folder, "../passphrase");
  return {
    summary: `${url}, with the passphrase in ${passphraseFile}`,
    env: { PULUMI_BACKEND_URL: url, PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile },
    folder,
    passphraseFile,
  };
}

/** A backend that the user has chosen, and the means by which the user chose it. */
interface Chosen {
  readonly url: string;
  readonly by: "PULUMI_BACKEND_URL" | "pulumi login" | "PULUMI_ACCESS_TOKEN";
}

/** Looks for the user's choice in the CLI's own order. */
function chosenBackend(env: Environment): Chosen | undefined {
  const url = given(env["PULUMI_BACKEND_URL"]);
  if (url !== undefined) return { url, by: "PULUMI_BACKEND_URL" };
  const login = currentLogin(env);
  if (login !== undefined) return { url: login, by: "pulumi login" };
  return given(env["PULUMI_ACCESS_TOKEN"]) === undefined ? undefined : { url: CLOUD, by: "PULUMI_ACCESS_TOKEN" };
}

function twoStates(named: string, { url, by }: Chosen): string {
  return `two states are named: by FOOBAR_STATE_DIR and by ${by}
    found:     FOOBAR_STATE_DIR is ${named}, and ${by} says ${url}
    allowed:   one of them: unset FOOBAR_STATE_DIR; or ${by === "pulumi login" ? "pulumi logout" : `unset ${by}`}`;
}

/**
 * Makes the folder and the passphrase if they are missing.
 * @throws Error if there is a state without its passphrase: a new passphrase would not open the state
 */
export function prepareBackend({ folder, passphraseFile }: Backend): void {
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (folder === undefined || passphraseFile === undefined || existsSync(passphraseFile)) return;
  if (existsSync(join(folder, ".pulumi/stacks"))) {
    throw new Error(
      `the passphrase of the state in ${folder} is missing
    allowed:   the file ${passphraseFile}, or PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE
    cure:      restore the file from a backup; without it the passwords in the state cannot be read`,
    );
  }
  writeFileSync(passphraseFile, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
}

/** The folder in which the CLI keeps its logins. */
export function loginFolder(env: Environment): string {
  return given(env["PULUMI_CREDENTIALS_PATH"]) ?? userHome(env);
}

/**
 * The folder of a file backend's URL. The URL may be relative to the project or to the user's home.
 * @returns undefined for another kind of backend
 */
function folderOf(url: string): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const [text = ""] = url.slice("file://".length).split("?");
  const path = decoded(text);
  if (path === undefined) return undefined;
  return path.startsWith("~") ? join(systemHome(), path.slice(2)) : resolve(ROOT, path);
}

/** A text without its percent-encoding; undefined: the encoding is malformed, and the CLI refuses it, too. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The backend that `pulumi login` has chosen; undefined: there is no login. */
export function currentLogin(env: Environment): string | undefined {
  const file = join(loginFolder(env), "credentials.json");
  if (!existsSync(file)) return undefined;
  const { current }: { current?: string } = JSON.parse(readFileSync(file, "utf8"));
  return given(current);
}

/** A variable's value. A workflow sets a variable to the empty string if it has no value for it. */
function given(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
