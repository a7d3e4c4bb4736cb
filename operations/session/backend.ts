import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { ROOT } from "../stack/project.ts";

type Environment = Readonly<NodeJS.ProcessEnv>;

/** Where a stack's state lives, and what opens it. */
export interface Backend {
  readonly summary: string;
  /** What the CLI has to be told. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder of a local file backend, where locks can be seen. */
  readonly folder: string | undefined;
  /** The file that holds the passphrase and may still have to be made; undefined where the user brings one. */
  readonly passphraseFile: string | undefined;
}

const CLOUD = "https://api.pulumi.com";

/** The user's own backend if there is one, else a folder outside the repository with a generated passphrase. */
export function findBackend(env: Environment): Backend {
  const chosen = given(env["PULUMI_BACKEND_URL"]) ?? (given(env["PULUMI_ACCESS_TOKEN"]) ? CLOUD : currentLogin(env));
  if (chosen !== undefined) {
    return {
      summary: `${chosen} (yours)`,
      env: { PULUMI_BACKEND_URL: chosen },
      folder: folderOf(chosen),
      passphraseFile: undefined,
    };
  }
  const home =
    given(env["FOOBAR_STATE_DIR"]) ?? join(given(env["XDG_STATE_HOME"]) ?? join(homedir(), ".local/state"), "foobar");
  const folder = join(home, "state");
  const url = `file://${folder}`;
  if (env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || given(env["PULUMI_CONFIG_PASSPHRASE_FILE"]) !== undefined) {
    return {
      summary: `${url}, with your passphrase`,
      env: { PULUMI_BACKEND_URL: url },
      folder,
      passphraseFile: undefined,
    };
  }
  const passphraseFile = join(home, "passphrase");
  return {
    summary: `${url}, with the passphrase in ${passphraseFile}`,
    env: { PULUMI_BACKEND_URL: url, PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile },
    folder,
    passphraseFile,
  };
}

/**
 * Makes the folder and the passphrase where they are missing.
 * @throws Error where the state is there and its passphrase is not: a new one would not open it
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

/** Where the CLI keeps logins. */
export function loginFolder(env: Environment): string {
  return given(env["PULUMI_CREDENTIALS_PATH"]) ?? given(env["PULUMI_HOME"]) ?? join(homedir(), ".pulumi");
}

/** The folder of a file backend's URL, which may be relative to the project or to the user's home; undefined: another kind. */
function folderOf(url: string): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const [path = ""] = url.slice("file://".length).split("?");
  return path.startsWith("~") ? join(homedir(), path.slice(2)) : resolve(ROOT, path);
}

/** The backend of `pulumi login`. */
export function currentLogin(env: Environment): string | undefined {
  const file = join(loginFolder(env), "credentials.json");
  if (!existsSync(file)) return undefined;
  const { current }: { current?: string } = JSON.parse(readFileSync(file, "utf8"));
  return given(current);
}

/** Workflows set what they lack to the empty string. */
function given(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
