/**
 * Connections of clients that a load balancer holds at once, and requests that it has at once. With TLS a connection takes
 * up to 42 kB on each side, beside the 24 MB of an idle HAProxy: 360 MB at most.
 */
export const MAX_CONNECTIONS = 4_000;
export const MAX_REQUESTS = 4_000;

/**
 * The size of HAProxy's buffers. A request waits in one until its body is there, and stays in another until the answer
 * begins; an idle connection or stream has none. Further requests wait for a buffer.
 */
export const BUFFER_KB = 128;
export const MAX_BUFFERS = 5_000;

/** Requests that one connection of HTTP/2 or HTTP/3 may have at once. Further ones wait in the client. */
export const MAX_STREAMS = 32;

/**
 * The limits of every container: memory in MB, CPUs, processes with their threads, and the open files of a process. The
 * memory of the databases' data nodes is a setting. Limits of processes and files are several times of what a container
 * uses. A container does not start if its limit of files is above the engine's own hard limit, so none is above 16,384
 * unless settings ask for more connections.
 */
export const SIZES = {
  /** It runs an HAProxy, too, when the other one is missing. */
  pause: { memoryMb: 1_024, cpus: "1.0", pids: 64, openFiles: 16_384 },
  haproxy: { memoryMb: 1_024, cpus: "1.0", pids: 64, openFiles: 16_384 },
  keepalived: { memoryMb: 32, cpus: "0.5", pids: 64, openFiles: 1_024 },
  web: { memoryMb: 128, cpus: "0.5", pids: 64, openFiles: 8_192 },
  /** Its other limits are settings. */
  application: { openFiles: 8_192 },
  /** It asks an application whether it is ready. */
  probe: { memoryMb: 24, cpus: "0.25", pids: 32, openFiles: 1_024 },
  router: { memoryMb: 64, cpus: "0.5", pids: 64, openFiles: 16_384 },
  /** Its files suffice for the most connections that the settings allow, because another number replaces the node. */
  database: { cpus: "1.0", openFiles: 16_384 },
  /** The arbiter has all data, but serves no clients. */
  arbiter: { memoryMb: 1024, cpus: "1.0" },
  /** The program has 25 MB of its own beside Node.js's file, and commands run a role of it beside the one that works. */
  agent: { memoryMb: 128, cpus: "0.5", pids: 64, openFiles: 1_024 },
  controller: { memoryMb: 128, cpus: "0.5", pids: 64, openFiles: 1_024 },
  /** The backup container starts MySQL servers of its own. */
  backup: { memoryMb: 768, cpus: "1.0", pids: 256, openFiles: 16_384 },
  /** It lists and archives the files of storages. */
  reader: { memoryMb: 128, cpus: "0.5", pids: 64, openFiles: 1_024 },
  /** It uses 50 MB with the figures of two servers; queries over weeks take more. */
  prometheus: { memoryMb: 512, cpus: "1.0", pids: 64, openFiles: 16_384 },
  alertmanager: { memoryMb: 64, cpus: "0.5", pids: 64, openFiles: 4_096 },
  grafana: { memoryMb: 512, cpus: "0.5", pids: 128, openFiles: 4_096 },
  /** It uses 10 MB; queries over weeks take more. */
  logStore: { memoryMb: 256, cpus: "0.5", pids: 64, openFiles: 4_096 },
  board: { memoryMb: 32, cpus: "0.25", pids: 32, openFiles: 1_024 },
  exporter: { memoryMb: 64, cpus: "0.25", pids: 64, openFiles: 4_096 },
} as const;

/** A number of CPUs in the engine's canonical form: another spelling of the same number would replace the container. */
export function cpusText(cpus: number): string {
  return Number.isInteger(cpus) ? cpus.toFixed(1) : String(cpus);
}

/** The processes of a database: a thread for each connection, MySQL's other threads, and the node's scripts. */
export function databasePids(maxConnections: number): number {
  return 256 + maxConnections;
}

/** The open files of a router: two sockets for each connection to each database, and its other files. */
export function routerOpenFiles(maxConnections: number, databases: number): number {
  return Math.max(SIZES.router.openFiles, 1_024 + 2 * maxConnections * databases);
}
