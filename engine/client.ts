import Docker from "dockerode";

/** Whether an endpoint is this machine's engine. */
export function isLocal(endpoint: string): boolean {
  return endpoint.startsWith("unix:");
}

/** A client for a Docker endpoint: unix:///path, tcp://host:port or ssh://user@host. */
export function engineClient(endpoint: string): Docker {
  const url = new URL(endpoint);
  if (url.protocol === "unix:") return new Docker({ socketPath: decodeURIComponent(url.pathname) });
  const options = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    ...(url.port === "" ? {} : { port: Number(url.port) }),
  };
  if (url.protocol === "ssh:") {
    return new Docker({
      ...options,
      protocol: "ssh",
      ...(url.username === "" ? {} : { username: url.username }),
      sshOptions: { agent: process.env["SSH_AUTH_SOCK"] ?? "" },
    });
  }
  return new Docker({ ...options, protocol: "http" });
}
