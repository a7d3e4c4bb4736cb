import { PoolBusy, reason } from "./failure.ts";
import type { Connection, Pool } from "./pool.ts";

/** The database server at the other end, whatever stands in between. */
export interface DatabaseNode {
  readonly name: string;
  readonly uuid: string;
  readonly readOnly: boolean;
}

/** What work on a database needs of a connection. */
export type Session = Pick<Connection, "run">;

/** What was found, and on which database server. */
export interface Answer<T> {
  readonly node: DatabaseNode;
  readonly value: T;
}

/** What is known of one address, from the last attempt to use it. */
export interface HostStatus {
  readonly address: string;
  readonly state: "unknown" | "up" | "down";
  readonly node?: DatabaseNode;
  readonly problem?: string;
}

/** What an address is used for. */
export type Role = "write" | "read";

/** What others want to know of the database. */
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

// Costs the server nothing: one that cannot say who it is within this time is frozen or cut off.
const IDENTIFY_MS = 1000;

/** Asks who is there, which also proves that the connection lives. */
export async function identify(session: Session): Promise<DatabaseNode> {
  const { rows } = await session.run(IDENTIFY, [], IDENTIFY_MS);
  const row = rows[0] ?? {};
  const text = (key: string) => (typeof row[key] === "string" ? row[key] : "");
  // Members of a cluster report the name that they have among each other, which continues their own.
  const [name = ""] = (text("reportHost") || text("hostname")).split(".");
  return { name, uuid: text("uuid"), readOnly: Number(row["readOnly"]) === 1 };
}

/** One address: the connections to it, and what is known of it. */
export interface Host {
  readonly role: Role;
  readonly address: string;
  readonly status: HostStatus;
  connect(): Promise<Connection>;
  /** Gives the connection back, or away when it is of no more use. */
  part(connection: Connection, useless: boolean): void;
  isUp(node: DatabaseNode): void;
  isDown(error: unknown): void;
  /** An attempt failed, which says nothing about the address. */
  failed(error: unknown): void;
  usage(): ReturnType<Pool["usage"]>;
  close(): Promise<void>;
}

/** Watches over a pool. */
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
    // A full pool says something about the load, nothing about the database.
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
