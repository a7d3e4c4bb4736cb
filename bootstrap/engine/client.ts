import Docker from "dockerode";

/** The endpoint of an engine by default. */
export const DEFAULT_ENDPOINT = "unix:///var/run/docker.sock";

/** The socket's path of a `unix://` endpoint; undefined for other endpoints. */
export function socketPath(endpoint: string): string | undefined {
  return endpoint.startsWith("unix://") ? endpoint.slice("unix://".length) : undefined;
}

/**
 * A client for an endpoint in Docker's form: `unix:///path`, `tcp://host:port`, `http(s)://host:port`,
 * `ssh://user@host`.
 * @param timeout milliseconds of silence after which a call fails; none by default, because builds are silent for long
 */
export function dockerAt(endpoint: string, timeout?: number): Docker {
  const bound = timeout === undefined ? {} : { timeout };
  const path = socketPath(endpoint);
  if (path !== undefined) return new Docker({ socketPath: path, ...bound });
  const url = new URL(endpoint);
  const address = { host: url.hostname, ...(url.port === "" ? {} : { port: url.port }), ...bound };
  if (url.protocol === "ssh:") {
    const agent = process.env["SSH_AUTH_SOCK"];
    return new Docker({
      ...address,
      protocol: "ssh",
      username: decodeURIComponent(url.username) || (process.env["USER"] ?? "root"),
      ...(agent === undefined ? {} : { sshOptions: { agent } }),
    });
  }
  return new Docker({ ...address, protocol: url.protocol === "https:" ? "https" : "http" });
}

/** The engine's version at an endpoint, or the reason why none answers. */
export type Answer =
  | { readonly version: string }
  /** `denied`: something listens there, and this user may not connect to it. */
  | { readonly version?: never; readonly denied: boolean; readonly reason: string };

/** Asks the endpoint for its version; never throws. Waits at most `timeout` ms, 3,000 by default. */
export async function askEngine(endpoint: string, timeout = 3_000): Promise<Answer> {
  try {
    const { Version } = await dockerAt(endpoint, timeout).version();
    return { version: Version };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return {
      denied: code === "EACCES" || code === "EPERM",
      reason: error instanceof Error ? error.message : `${error}`,
    };
  }
}
