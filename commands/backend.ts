import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export interface Backend {
  readonly summary: string;
  readonly env: Readonly<Record<string, string>>;
  /** The folder of a local file backend, where locks can be seen. */
  readonly folder: string | undefined;
}

/**
 * Where state and its passphrase live: the user's own backend if there is one, else a folder outside the repository
 * with a generated passphrase.
 * @throws Error where the state is there and its passphrase is not: a new one would not open it
 */
export function findBackend(env: Readonly<NodeJS.ProcessEnv>): Backend {
  const chosen = env["PULUMI_BACKEND_URL"] ?? currentLogin(env);
  if (chosen !== undefined) {
    return {
      summary: `${chosen} (yours)`,
      env: {},
      folder: chosen.startsWith("file:///") ? chosen.slice(7) : undefined,
    };
  }
  const folder = stateFolder(env);
  const state = join(folder, "state");
  const url = `file://${state}`;
  if (env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || env["PULUMI_CONFIG_PASSPHRASE_FILE"] !== undefined) {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    return { summary: `${url}, with your passphrase`, env: { PULUMI_BACKEND_URL: url }, folder: state };
  }
  const passphrase = join(folder, "passphrase");
  if (!existsSync(passphrase)) {
    if (existsSync(join(state, ".pulumi"))) {
      throw new Error(
        `the passphrase of the state in ${state} is missing
    allowed:   the file ${passphrase}, PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE
    cure:      restore the file from a backup; without it the passwords in the state cannot be read`,
      );
    }
    mkdirSync(state, { recursive: true, mode: 0o700 });
    writeFileSync(passphrase, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  }
  return {
    summary: `${url}, with the passphrase in ${passphrase}`,
    env: { PULUMI_BACKEND_URL: url, PULUMI_CONFIG_PASSPHRASE_FILE: passphrase },
    folder: state,
  };
}

function stateFolder(env: Readonly<NodeJS.ProcessEnv>): string {
  return env["FOOBAR_STATE_DIR"] ?? join(env["XDG_STATE_HOME"] ?? join(homedir(), ".local/state"), "foobar");
}

/** The backend of `pulumi login`. */
function currentLogin(env: Readonly<NodeJS.ProcessEnv>): string | undefined {
  const file = join(
    env["PULUMI_CREDENTIALS_PATH"] ?? env["PULUMI_HOME"] ?? join(homedir(), ".pulumi"),
    "credentials.json",
  );
  if (!existsSync(file)) return undefined;
  const { current }: { current?: string } = JSON.parse(readFileSync(file, "utf8"));
  return current === "" ? undefined : current;
}
