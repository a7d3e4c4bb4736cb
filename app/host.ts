import { PoolBusy, QueryTimeout, reason, ServerSilent } from "./failure.ts";
import type { Connection, Pool } from "./pool.ts";

/** The database server at the other end, even behind a router. */
export interface DatabaseNode {
  readonly name: string;
  readonly uuid: string;
  readonly readOnly: boolean;
}

/** The part of a connection that work on a database needs. */
export type Session = Pick<Connection, "run">;

/** A result and the database server that it comes from. */
export interface Answer<T> {
  readonly node: DatabaseNode;
  readonly value: T;
}

/** The state of one address, from the last attempt to use it. */
export interface HostStatus {
  readonly address: string;
  readonly state: "unknown" | "up" | "down";
  readonly node?: DatabaseNode;
  readonly problem?: string;
}

/** The use of an address. */
export type Role = "write" | "read";

/** Events of the database for logs, metrics and readiness. */
export interface DatabaseEvents {
  /** Some database server has answered. */
  contact(): void;
  /** An attempt failed. */
  failed(role: Role, address: string, error: unknown): void;
  /** An address came up or went down. */
  changed(role: Role, status: HostStatus): void;
}

const IDENTIFY =
  "SELECT @@hostname AS hostname, @@report_host AS reportHost, @@server_uuid AS uuid, @@global.read_only AS readOnly";

// The query costs the server nothing: one that does not answer within this time is frozen or cut off.
const IDENTIFY_MS = 1000;

/**
 * Asks the server for its identity, which also proves that the connection works.
 * @throws ServerSilent if it does not answer in time
 */
export async function identify(session: Session): Promise<DatabaseNode> {
  const { rows } = await session.run(IDENTIFY, [], IDENTIFY_MS).catch((error: unknown) => {
    throw error instanceof QueryTimeout ? new ServerSilent(error.message) : error;
  });
  const row = rows[0] ?? {};
  const text = (key: string) => (typeof row[key] === "string" ? row[key] : "");
  // A member of a cluster reports its name among the members, which is its own name and a suffix.
  const [name = ""] = (text("reportHost") || text("hostname")).split(".");
  return { name, uuid: text("uuid"), readOnly: Number(row["readOnly"]) === 1 };
}

/** One address: the connections to it, and its state. */
export interface Host {
  readonly role: Role;
  readonly address: string;
  readonly status: HostStatus;
  connect(): Promise<Connection>;
  /** Returns the connection to the pool, or closes it when it is useless. */
  part(connection: Connection, useless: boolean): void;
  isUp(node: DatabaseNode): void;
  isDown(error: unknown): void;
  /** An attempt failed in a way that says nothing about the address. */
  failed(error: unknown): void;
  usage(): ReturnType<Pool["usage"]>;
  close(): Promise<void>;
}

/** Keeps the state of a pool's address. */
export function createHost(role: Role, pool: Pool, events: DatabaseEvents): Host {
  const { address } = pool;
  let status: HostStatus = { address, state: "unknown" };

  function set(next: HostStatus): void {
    const changed = status.state !== next.state;
    status = next;
    if (changed) events.changed(role, next);
  }

  function isDown(error: unknown): void {
    events.failed(role, address, error);
    // A full pool is due to the load and says nothing about the database.
    if (!(error instanceof PoolBusy)) set({ address, state: "down", problem: reason(error) });
  }

  return {
    role,
    address,
    get status() {
      return status;
    },
    connect: async () => {
      try {
        return await pool.connect();
      } catch (error) {
        isDown(error);
        throw error;
      }
    },
    part: (connection, useless) => {
      if (useless) {
        connection.destroy();
        pool.suspect();
      } else {
        connection.release();
      }
    },
    isUp: (node) => {
      events.contact();
      set({ address, state: "up", node });
    },
    isDown,
    failed: (error) => events.failed(role, address, error),
    usage: () => pool.usage(),
    close: () => pool.close(),
  };
}
