import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Settings } from "../config/schema.ts";
import { askHelper } from "./credentialHelper.ts";
import { type LoginPlace, loginPlaces, type RegistryAuth } from "./dockerLogins.ts";
import { parseReference } from "./reference.ts";

/** A login to a registry. */
export interface Login {
  /** As the engine takes it with a request; it holds the secret. */
  readonly auth: RegistryAuth;
  /** Who logs in, and by which part of whose configuration, for messages. */
  readonly who: string;
}

/** What is known about the login for an image: none, where the registry may give it to everybody. */
export interface FoundLogin {
  readonly login?: Login;
  /** Why a login that is configured cannot be used. */
  readonly failure?: string;
}

/** Finds the login for the registry of an image. It is looked for once for each registry, and only when it is needed. */
export type Logins = (image: string) => Promise<FoundLogin>;

/** Decrypts the password of a registry in the settings. */
export type Decrypt = (registry: string) => Promise<string>;

export interface LoginSources {
  /** The setting, which comes first. */
  readonly registries?: Settings["registries"];
  /** For passwords in the setting that are encrypted; default: they cannot be used. */
  readonly decrypt?: Decrypt;
  readonly env?: NodeJS.ProcessEnv;
  /** The user's folder. */
  readonly home?: string;
}

/** The logins of a stack's settings, and those of the user's command docker. */
export function loginsFrom({
  registries = {},
  decrypt,
  env = process.env,
  home = homedir(),
}: LoginSources = {}): Logins {
  const known = new Map<string, Promise<FoundLogin>>();
  return (image) => {
    const { registry } = parseReference(image);
    const found = known.get(registry) ?? find(registry);
    known.set(registry, found);
    return found;
  };

  async function find(registry: string): Promise<FoundLogin> {
    return (await ofSetting(registry)) ?? ofDocker(registry, env, home);
  }

  async function ofSetting(registry: string): Promise<FoundLogin | undefined> {
    const [key, setting] =
      Object.entries(registries).find(([name]) => parseReference(`${name}/x:1`).registry === registry) ?? [];
    if (key === undefined || setting === undefined) return undefined;
    const source = `the setting registries["${key}"]`;
    const given = typeof setting.password === "string" ? setting.password : await decrypt?.(key);
    if (given === undefined) return { failure: `the password in ${source} is encrypted` };
    return { login: loginOf({ username: setting.username, password: given, serveraddress: key }, source) };
  }
}

/** The login of the command docker: of DOCKER_AUTH_CONFIG, else of config.json. */
async function ofDocker(registry: string, env: NodeJS.ProcessEnv, home: string): Promise<FoundLogin> {
  const file = join(env["DOCKER_CONFIG"] || join(home, ".docker"), "config.json");
  const failures: string[] = [];
  for (const { source, text } of [
    { source: "DOCKER_AUTH_CONFIG", text: env["DOCKER_AUTH_CONFIG"] || undefined },
    { source: file, text: textOf(file) },
  ]) {
    const config = text === undefined ? {} : json(text);
    if (config === undefined) failures.push(`${source} is no valid JSON`);
    for (const place of loginPlaces(config, registry)) {
      const found = await loginAt(place, source, env);
      if (found.login !== undefined) return found;
      if (found.failure !== undefined) failures.push(found.failure);
    }
  }
  return failures.length === 0 ? {} : { failure: failures.join("; ") };
}

async function loginAt(place: LoginPlace, source: string, env: NodeJS.ProcessEnv): Promise<FoundLogin> {
  if (place.kind === "malformed") return { failure: `the login for ${place.key} in ${source} is malformed` };
  if (place.kind === "login") return { login: loginOf(place.auth, source) };
  const answer = await askHelper(place.helper, place.key, env);
  if (answer === undefined) return {};
  if ("failure" in answer) return { failure: `${answer.failure} (it is named in ${source})` };
  return { login: loginOf(answer, `docker-credential-${place.helper}`) };
}

function loginOf(auth: RegistryAuth, source: string): Login {
  const who = auth.username === undefined ? `with the token of ${source}` : `as ${auth.username}, by ${source}`;
  return { auth, who };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
