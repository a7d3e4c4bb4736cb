/** The logins in the configuration of the command docker, config.json, as that command finds them. */

/** A login as the engine takes it in X-Registry-Auth. */
export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  /** A token in place of a password, with which the engine gets others. */
  readonly identitytoken?: string;
  readonly registrytoken?: string;
  readonly serveraddress: string;
}

/** A place in the configuration that may have a registry's login. */
export type LoginPlace =
  /** The program docker-credential-<helper>, which knows the login by its key. */
  | { readonly kind: "helper"; readonly helper: string; readonly key: string }
  | { readonly kind: "login"; readonly auth: RegistryAuth }
  | { readonly kind: "malformed"; readonly key: string };

export const DOCKER_HUB = "docker.io";

/** Docker Hub has the key of its former interface. */
const DOCKER_HUB_KEY = "https://index.docker.io/v1/";

/**
 * The places where a registry's login may be, the first one that has it counts.
 * @param config the content of config.json
 * @param registry as it stands in image names; docker.io for Docker Hub
 */
export function loginPlaces(config: unknown, registry: string): LoginPlace[] {
  const key = registry === DOCKER_HUB ? DOCKER_HUB_KEY : registry;
  const helpers = entriesOf(config, "credHelpers");
  const own = entryOf(helpers, key, registry);
  const store = partOf(config, "credsStore");
  const auths = entriesOf(config, "auths");
  const inFile = entryOf(auths, key, registry);
  const helper = typeof own?.value === "string" ? own.value : store;
  return [
    ...(typeof helper === "string" && helper !== "" ? [{ kind: "helper" as const, helper, key }] : []),
    // With a helper the file has an empty entry, which says nothing.
    ...(inFile === undefined ? [] : loginsIn(inFile.key, inFile.value)),
  ];
}

/** The host of a key: keys may be URLs, of former versions of Docker's registry, too. */
function hostOfKey(key: string): string {
  const host = key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return host === "index.docker.io" || host === "registry-1.docker.io" ? DOCKER_HUB : host;
}

interface Entry {
  readonly key: string;
  readonly value: unknown;
}

function entryOf(entries: readonly Entry[], key: string, registry: string): Entry | undefined {
  return entries.find((entry) => entry.key === key) ?? entries.find((entry) => hostOfKey(entry.key) === registry);
}

function loginsIn(key: string, value: unknown): LoginPlace[] {
  const text = (name: string) => {
    const part = partOf(value, name);
    return typeof part === "string" ? part : "";
  };
  const [token, registryToken] = [text("identitytoken"), text("registrytoken")];
  if (token !== "") return [{ kind: "login", auth: { identitytoken: token, serveraddress: key } }];
  if (registryToken !== "") return [{ kind: "login", auth: { registrytoken: registryToken, serveraddress: key } }];
  const encoded = text("auth");
  if (encoded === "") {
    const [username, password] = [text("username"), text("password")];
    return username === "" ? [] : [{ kind: "login", auth: { username, password, serveraddress: key } }];
  }
  const [, username, password] = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded, "base64").toString()) ?? [];
  if (username === undefined || password === undefined) return [{ kind: "malformed", key }];
  // Docker for Windows has written zero bytes behind passwords.
  return [{ kind: "login", auth: { username, password: password.replace(/\0+$/, ""), serveraddress: key } }];
}

function partOf(value: unknown, name: string): unknown {
  return value instanceof Object ? Reflect.get(value, name) : undefined;
}

function entriesOf(config: unknown, name: string): Entry[] {
  return Object.entries(partOf(config, name) ?? {}).map(([key, value]) => ({ key, value }));
}
