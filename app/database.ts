import { DatabaseUnavailable, isLost, isMissing, isRefused, PoolBusy, QueryTimeout, reason } from "./failure.ts";
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

/** Reads from any database server, writes to the primary. */
export interface Database {
  /** Reads; `empty` is the answer of a database that does not have the tables yet. */
  read<T>(work: (session: Session) => Promise<T>, empty: T): Promise<Answer<T>>;
  /** Writes; the work must be one statement, for it is repeated only when nothing can have been done. */
  write<T>(work: (session: Session) => Promise<T>): Promise<Answer<T>>;
  status(): { readonly write: HostStatus; readonly read: readonly HostStatus[] };
  /** Tries every address once, and makes the tables where it may; never throws. */
  probe(): Promise<void>;
  usage(): readonly {
    readonly role: Role;
    readonly address: string;
    readonly inUse: number;
    readonly waiting: number;
  }[];
  close(): Promise<void>;
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

async function identify(session: Session): Promise<DatabaseNode> {
  const { rows } = await session.run(IDENTIFY, [], IDENTIFY_MS);
  const row = rows[0] ?? {};
  const text = (key: string) => (typeof row[key] === "string" ? row[key] : "");
  return { name: text("reportHost") || text("hostname"), uuid: text("uuid"), readOnly: Number(row["readOnly"]) === 1 };
}

interface Host {
  readonly role: Role;
  readonly pool: Pool;
  status: HostStatus;
}

/** Joins the pools into one database; `schema` holds statements that may run any number of times. */
export function createDatabase(options: {
  readonly write: Pool;
  readonly read: readonly Pool[];
  readonly schema: readonly string[];
  readonly events: DatabaseEvents;
}): Database {
  const { events } = options;
  const toHost =
    (role: Role) =>
    (pool: Pool): Host => ({ role, pool, status: { address: pool.address, state: "unknown" } });
  const primary = toHost("write")(options.write);
  const readers = options.read.map(toHost("read"));
  let turn = 0;
  let schemaMade = false;

  function set(host: Host, status: HostStatus): void {
    const changed = host.status.state !== status.state;
    host.status = status;
    if (changed) events.changed(host.role, status);
  }

  function isUp(host: Host, node: DatabaseNode): void {
    events.contact();
    set(host, { address: host.pool.address, state: "up", node });
  }

  function isDown(host: Host, error: unknown): void {
    events.failed(host.role, host.pool.address, error);
    // A full pool says something about the load, nothing about the database.
    if (!(error instanceof PoolBusy)) {
      set(host, { address: host.pool.address, state: "down", problem: reason(error) });
    }
  }

  /** Gives the connection back, or away when it is of no more use. */
  function part(host: Host, connection: Connection, useless: boolean): void {
    if (useless) {
      connection.destroy();
      host.pool.suspect();
    } else {
      connection.release();
    }
  }

  async function connect(host: Host): Promise<Connection> {
    try {
      return await host.pool.connect();
    } catch (error) {
      isDown(host, error);
      throw error;
    }
  }

  /** Where to read, best first: the replicas in turn, then the primary; what is known to be down comes last. */
  function readingOrder(): readonly Host[] {
    const start = readers.length === 0 ? 0 : turn++ % readers.length;
    const rotated = [...readers.slice(start), ...readers.slice(0, start)];
    const all = readers.some((host) => host.pool.address === primary.pool.address) ? rotated : [...rotated, primary];
    const down = (host: Host) => host.status.state === "down";
    return [...all.filter((host) => !down(host)), ...all.filter(down)];
  }

  type Found<T> = Answer<T> & { readonly missing: boolean };

  async function readFrom<T>(host: Host, work: (session: Session) => Promise<T>, empty: T): Promise<Found<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await connect(host);
      let node: DatabaseNode | undefined;
      try {
        node = await identify(connection);
        const value = await work(connection);
        part(host, connection, false);
        isUp(host, node);
        return { node, value, missing: false };
      } catch (error) {
        const lost = isLost(error);
        part(host, connection, lost);
        if (node !== undefined && isMissing(error)) {
          isUp(host, node);
          return { node, value: empty, missing: true };
        }
        // A pooled connection may have died unnoticed; a read may simply be done again. Not after a timeout: who waits
        // for the page has waited long enough, and another server may be quicker.
        if (lost && attempt === 1 && !(error instanceof QueryTimeout)) {
          events.failed(host.role, host.pool.address, error);
          continue;
        }
        if (lost) isDown(host, error);
        else events.failed(host.role, host.pool.address, error);
        throw error;
      }
    }
  }

  async function read<T>(work: (session: Session) => Promise<T>, empty: T): Promise<Answer<T>> {
    let problem: unknown;
    let behind: Found<T> | undefined;
    for (const host of readingOrder()) {
      try {
        const found = await readFrom(host, work, empty);
        // The tables are made on the primary: a replica without them is behind, so ask further.
        if (!found.missing) return { node: found.node, value: found.value };
        behind ??= found;
      } catch (error) {
        problem = error;
        // Sending the overflow of one server to the next would only drown that one too.
        if (error instanceof PoolBusy) break;
      }
    }
    if (behind !== undefined) return { node: behind.node, value: behind.value };
    throw new DatabaseUnavailable("read", "not-done", `No database can be read: ${reason(problem)}`, problem);
  }

  async function makeSchema(session: Session): Promise<void> {
    if (schemaMade) return;
    for (const statement of options.schema) await session.run(statement);
    schemaMade = true;
  }

  function notDone(error: unknown): DatabaseUnavailable {
    return new DatabaseUnavailable("write", "not-done", `The primary cannot be written: ${reason(error)}`, error);
  }

  async function write<T>(work: (session: Session) => Promise<T>): Promise<Answer<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt === 2;
      const connection = await connect(primary).catch((error: unknown) => {
        throw notDone(error);
      });

      // Asking who is there also proves that the connection lives, before anything that cannot be repeated is sent.
      let node: DatabaseNode | undefined;
      try {
        node = await identify(connection);
        if (node.readOnly) throw new Error(`${node.name} is read-only`);
        await makeSchema(connection);
      } catch (error) {
        // Suspect in any case: behind a router, a new connection may find the new primary.
        part(primary, connection, true);
        if (!last && !(error instanceof QueryTimeout)) {
          events.failed("write", primary.pool.address, error);
          continue;
        }
        if (node?.readOnly) {
          events.failed("write", primary.pool.address, error);
          isUp(primary, node);
        } else isDown(primary, error);
        throw notDone(error);
      }

      try {
        const value = await work(connection);
        part(primary, connection, false);
        isUp(primary, node);
        return { node, value };
      } catch (error) {
        const lost = isLost(error);
        const refused = isRefused(error) || isMissing(error);
        part(primary, connection, lost || refused);
        events.failed("write", primary.pool.address, error);
        if (lost) {
          throw new DatabaseUnavailable(
            "write",
            "unknown",
            `The connection broke before the primary confirmed: ${reason(error)}`,
            error,
          );
        }
        if (!refused) throw error;
        if (isMissing(error)) schemaMade = false;
        if (last) throw notDone(error);
      }
    }
  }

  async function probeOne(host: Host): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      let connection: Connection;
      try {
        connection = await connect(host);
      } catch {
        return;
      }
      try {
        const node = await identify(connection);
        events.contact();
        const stale = host === primary && node.readOnly;
        if (host === primary && !stale) await makeSchema(connection);
        part(host, connection, stale);
        isUp(host, node);
        return;
      } catch (error) {
        part(host, connection, true);
        if (connection.reused && attempt === 1) continue;
        isDown(host, error);
        return;
      }
    }
  }

  const hosts = [primary, ...readers];
  return {
    read,
    write,
    status: () => ({ write: primary.status, read: readers.map((host) => host.status) }),
    probe: async () => {
      await Promise.all(hosts.map(probeOne));
    },
    usage: () => hosts.map(({ role, pool }) => ({ role, address: pool.address, ...pool.usage() })),
    close: async () => {
      await Promise.all(hosts.map(({ pool }) => pool.close()));
    },
  };
}
