import type { Config } from "../config/schema.ts";
import type { HostPlan } from "./plan.ts";

export function planHosts(config: Pick<Config, "hosts" | "engines" | "docker">): HostPlan[] {
  return config.hosts.map((host) => ({ ...host, certPath: certPathOf(config, host.endpoint) }));
}

/** The folder of the certificates for an endpoint: the setting's, or for the engine of the command docker its own. */
export function certPathOf(
  { engines, docker }: Pick<Config, "engines" | "docker">,
  endpoint: string,
): string | undefined {
  if (!endpoint.startsWith("tcp:")) return undefined;
  return engines.certPath ?? (endpoint === docker.endpoint ? docker.certPath : undefined);
}
