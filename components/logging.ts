import type { LogsPlan } from "../topology/logStore.ts";

/** The files that the engine keeps of each container's log. */
const FILES = 3;

/** How the engine treats the log of a container, in the provider's words. */
export interface Logging {
  readonly logDriver: string;
  readonly logOpts: Record<string, string>;
}

/**
 * The engine keeps the log, and sends it to a syslog server if there is one. A container must never wait for that server,
 * so lines that it does not take in time are dropped.
 * https://docs.docker.com/engine/logging/dual-logging/
 * @param service the container's name in the lines
 */
export function logging({ keepMb, syslog }: LogsPlan, service: string): Logging {
  const [size, files] = [`${Math.ceil(keepMb / FILES)}m`, `${FILES}`];
  if (syslog === undefined) return { logDriver: "json-file", logOpts: { "max-size": size, "max-file": files } };
  return {
    logDriver: "syslog",
    logOpts: {
      "syslog-address": syslog,
      "syslog-format": "rfc5424micro",
      tag: service,
      mode: "non-blocking",
      "max-buffer-size": "4m",
      "cache-max-size": size,
      "cache-max-file": files,
    },
  };
}
