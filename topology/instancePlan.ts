import type { PortSetting } from "../config/loadBalancing.ts";

/** A network that a container joins, and the name by which the other containers there find it. */
export interface Attachment {
  readonly network: string;
  readonly alias: string;
  /**
   * Another name in this network, by which the container's own listeners find their address. Its host name stands for
   * its addresses in all networks. undefined: it has none.
   */
  readonly listensAs?: string;
  /**
   * A fixed address, for containers whose address others have to know beforehand. undefined: the engine assigns one.
   */
  readonly address?: string;
}

export interface PublishedPort extends PortSetting {
  /** The port in the container. */
  readonly target: number;
  readonly protocol: "tcp" | "udp";
}

/** An address that requests are passed on to. */
export interface Upstream {
  readonly server: string;
  readonly address: string;
  readonly port: number;
}

/** A running container of any tier. */
export interface InstancePlan {
  /** Unique in the stack, and the container's host name. */
  readonly name: string;
  /** The host that runs it. */
  readonly host: string;
  readonly image: string;
  readonly attachments: readonly Attachment[];
  /**
   * Names whose addresses it knows without asking: while a name's host is away, no resolver knows it. undefined: none.
   */
  readonly knownHosts?: readonly { readonly name: string; readonly address: string }[];
  readonly memoryMb: number;
  /**
   * CPUs in the engine's canonical form ("0.5", "1.0"): another spelling of the same number would replace the
   * container.
   */
  readonly cpus: string;
  /** The most processes and threads in the container. */
  readonly pids: number;
  /** The most files and sockets that one process may have open. */
  readonly openFiles: number;
}
