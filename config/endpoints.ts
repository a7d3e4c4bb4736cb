import { LOCAL_ENDPOINT } from "./choices.ts";
import type { Path } from "./problems.ts";

/** The engine of the command docker, which hosts without a setting have. */
export interface DockerDefault {
  readonly endpoint: string;
  /** The folder with the certificates for it; undefined: it needs none. */
  readonly certPath: string | undefined;
}

/** The default of a machine without settings of the command docker. */
export const LOCAL_DOCKER: DockerDefault = { endpoint: LOCAL_ENDPOINT, certPath: undefined };

/** A host of the stack as the settings name it. */
export interface HostSetting {
  readonly name: string;
  /** The setting of its endpoint. */
  readonly path: Path;
  readonly endpoint: string;
}

/** Whether hosts are several machines: they have different engines. */
export function areSeveral(hosts: readonly Pick<HostSetting, "endpoint">[]): boolean {
  return new Set(hosts.map(({ endpoint }) => canonical(endpoint))).size > 1;
}

/** Whether two endpoints are the same by their texts. */
export function isSameEndpoint(one: string, other: string): boolean {
  return canonical(one) === canonical(other);
}

/** An endpoint in the form in which two spellings of it are the same. */
function canonical(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.protocol === "unix:") return endpoint.replace(/^unix:\/\/\/var\/run\//, "unix:///run/");
  const port = url.port === "" && url.protocol === "ssh:" ? "22" : url.port;
  return `${url.protocol}//${url.username === "" ? "" : `${url.username}@`}${url.hostname.toLowerCase()}:${port}`;
}
