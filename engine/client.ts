import { readFileSync } from "node:fs";
import type { Agent } from "node:http";
import { join } from "node:path";
import Docker from "dockerode";
import { hostOf } from "./endpoint.ts";
import { SshAgent } from "./ssh.ts";

/** How an engine is reached. */
export interface Reach {
  readonly endpoint: string;
  /** The folder with ca.pem, cert.pem and key.pem for an endpoint that begins with tcp://; undefined: without TLS. */
  readonly certPath?: string | undefined;
}

/** Whether an endpoint is this machine's engine. */
export function isLocal(endpoint: string): boolean {
  return endpoint.startsWith("unix:");
}

/** The command by which a person ends the pause of a container. Without an address the Docker CLI asks this machine's engine. */
export function unpauseCommand(container: string, endpoint: string): string {
  return `docker ${isLocal(endpoint) ? "" : `-H ${endpoint} `}unpause ${container}`;
}

/** By endpoint, so that all clients of an engine share their logins. */
const sshAgents = new Map<string, SshAgent>();

/**
 * A client for a Docker endpoint: unix:///path, tcp://host:port or ssh://user@host. The variables of the Docker CLI, such
 * as DOCKER_HOST, name other engines and certificates and count for none of them.
 * @throws Error if a file of the certificates cannot be read
 */
export function engineClient(reach: Reach): Docker {
  return new Docker({ ...NO_DEFAULTS, ...optionsFor(reach, sshAgent) });
}

/** Options of ssh for a connection of its own, which gives up soon. */
const ALONE = ["-o", "ControlPath=none", "-o", "ConnectTimeout=3"];
/** Milliseconds in which an engine that is up answers. */
const ANSWER_MS = 5_000;

/**
 * Whether an engine answers now. It is asked by a connection of its own: those that others share may still wait for a
 * machine that has lost its power.
 */
export async function answersNow(reach: Reach): Promise<boolean> {
  const options = optionsFor(reach, (endpoint) => new SshAgent(new URL(endpoint), ALONE));
  try {
    await new Docker({ ...NO_DEFAULTS, ...options }).listContainers({
      limit: 1,
      abortSignal: AbortSignal.timeout(ANSWER_MS),
    });
    return true;
  } catch {
    return false;
  } finally {
    options.agent?.destroy();
  }
}

/** The library takes what is missing from the variables of the Docker CLI. */
const NO_DEFAULTS = Object.fromEntries(
  ["host", "port", "protocol", "username", "ca", "cert", "key", "pathPrefix"].map((name) => [name, undefined]),
);

/** The library also takes an agent for HTTP, which its types do not know. */
function optionsFor(
  { endpoint, certPath }: Reach,
  agentFor: (endpoint: string) => Agent,
): Docker.DockerOptions & { readonly agent?: Agent } {
  const url = new URL(endpoint);
  if (url.protocol === "unix:") return { socketPath: decodeURIComponent(url.pathname) };
  if (url.protocol === "ssh:") return { protocol: "http", host: url.hostname, agent: agentFor(endpoint) };
  return {
    ...(certPath === undefined ? { protocol: "http" } : { protocol: "https", ...certificatesIn(certPath) }),
    host: hostOf(url),
    ...(url.port === "" ? {} : { port: Number(url.port) }),
  };
}

function certificatesIn(folder: string) {
  const read = (name: string) => readFileSync(join(folder, name));
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}

function sshAgent(endpoint: string): SshAgent {
  const agent = sshAgents.get(endpoint) ?? new SshAgent(new URL(endpoint));
  sshAgents.set(endpoint, agent);
  return agent;
}
