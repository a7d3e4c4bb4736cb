import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DockerDefault, LOCAL_DOCKER } from "../config/endpoints.ts";
import { isEndpoint } from "../config/kinds.ts";
import { UserError } from "../config/userError.ts";

/**
 * The engine of the command docker, as that command finds it: by DOCKER_HOST, else by the context in DOCKER_CONTEXT or in
 * its configuration (https://docs.docker.com/engine/manage-resources/contexts/). It is looked for when a host needs it:
 * where each has an endpoint of its own, nothing there can be wrong.
 * @param home the user's folder
 * @returns an engine whose properties throw a UserError if it is not reached, or if the context in use does not exist
 */
export function dockerDefault(env: NodeJS.ProcessEnv, home: string): DockerDefault {
  let found: DockerDefault | undefined;
  const read = () => {
    found ??= readDefault(env, home);
    return found;
  };
  return {
    get endpoint() {
      return read().endpoint;
    },
    get certPath() {
      return read().certPath;
    },
  };
}

function readDefault(env: NodeJS.ProcessEnv, home: string): DockerDefault {
  const { DOCKER_HOST: host, DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: verifies } = env;
  const folder = env["DOCKER_CONFIG"] || join(home, ".docker");
  if (host) {
    const isTls = asUrl(host).startsWith("tcp:") && Boolean(verifies || certPath);
    return { endpoint: usable(host, "DOCKER_HOST", isTls), certPath: isTls ? certPath || folder : undefined };
  }
  const context = env["DOCKER_CONTEXT"] || contextIn(folder);
  return context === undefined || context === "default" ? LOCAL_DOCKER : endpointOf(folder, context);
}

function contextIn(folder: string): string | undefined {
  const context = json(join(folder, "config.json"))?.["currentContext"];
  return typeof context === "string" && context !== "" ? context : undefined;
}

/** Docker keeps a context below the hash of its name. */
function endpointOf(folder: string, context: string): DockerDefault {
  const id = createHash("sha256").update(context).digest("hex");
  const endpoints = json(join(folder, "contexts/meta", id, "meta.json"))?.["Endpoints"];
  const host: unknown = endpoints instanceof Object ? Reflect.get(Reflect.get(endpoints, "docker") ?? {}, "Host") : "";
  if (typeof host !== "string" || host === "") {
    throw new UserError(`Docker's context ${context} does not exist
    allowed:   a context of docker context ls
    cure:      docker context use default, or set the endpoints: loadBalancer.endpoint and servers[].endpoint`);
  }
  const certificates = join(folder, "contexts/tls", id, "docker");
  const isTls = existsSync(join(certificates, "cert.pem"));
  return {
    endpoint: usable(host, `Docker's context ${context}`, isTls),
    certPath: isTls ? certificates : undefined,
  };
}

/** Ports of engines that an address need not name. */
const PORT = { plain: 2375, tls: 2376 } as const;

/** The command docker takes an address without a scheme for one of TCP. */
function asUrl(host: string): string {
  return host.includes("://") ? host : `tcp://${host}`;
}

function usable(host: string, source: string, isTls: boolean): string {
  const url = asUrl(host);
  const isWithoutPort = url.startsWith("tcp:") && URL.canParse(url) && new URL(url).port === "";
  const endpoint = isWithoutPort ? `${url.replace(/\/$/, "")}:${isTls ? PORT.tls : PORT.plain}` : url;
  if (isEndpoint(endpoint)) return endpoint;
  throw new UserError(`${source} names the engine ${host}, which this program does not reach
    allowed:   unix:///path, tcp://host:port or ssh://user@host
    cure:      set the endpoints: loadBalancer.endpoint and servers[].endpoint`);
}

function json(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return value instanceof Object ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
