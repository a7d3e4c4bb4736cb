import { createHost, type DatabaseEvents, type DatabaseNode, type Host, type HostStatus, identify } from "./host.ts";
import type { Pool } from "./pool.ts";
import { createReader, type Reader } from "./reading.ts";
import { createSchema } from "./schema.ts";
import { CLOCK, type Clock, createSharedRetry } from "./sharedRetry.ts";
import { createWriter, type Write } from "./writing.ts";

/** Reads from any database server, writes to the primary. */
export interface Database extends Reader {
  readonly write: Write;
  status(): { readonly write: HostStatus; readonly read: readonly HostStatus[] };
  /** Tries every address once, and creates the tables on the primary; never throws. */
  probe(): Promise<void>;
  usage(): readonly {
    readonly role: Host["role"];
    readonly address: string;
    readonly inUse: number;
    readonly waiting: number;
  }[];
  close(): Promise<void>;
}

/** The time limits of retries while no database can be used. */
export interface Patience {
  /** Milliseconds for which a write that was certainly not done is retried. 0: it is never retried. */
  readonly writeMs: number;
  /** Ends all retries: this instance is about to close. */
  readonly stop: AbortSignal;
  readonly clock?: Clock;
}

// A reader gives up sooner than a writer. A router is replaced within this time, and two silent servers are noticed.
const READ_PATIENCE_MS = 5000;

// Callers that may wait at once. A pool's queue takes all of them when a database is back, and some new ones.
const CAPACITY = 400;

/** Joins the pools into one database. The statements of `schema` may run any number of times. */
export function createDatabase(options: {
  readonly write: Pool;
  readonly read: readonly Pool[];
  readonly schema: readonly string[];
  readonly events: DatabaseEvents;
  readonly patience: Patience;
}): Database {
  const { events, patience } = options;
  const { writeMs, stop, clock = CLOCK } = patience;
  const primary = createHost("write", options.write, events);
  const replicas = options.read.map((pool) => createHost("read", pool, events));
  const hosts = [primary, ...replicas];
  const schema = createSchema(options.schema);

  /** The server that answers at an address, if any; never throws. */
  async function probe(host: Host): Promise<DatabaseNode | undefined> {
    for (;;) {
      const connection = await host.connect().catch(() => undefined);
      if (connection === undefined) return undefined;
      try {
        const node = await identify(connection);
        events.contact();
        const stale = host === primary && node.readOnly;
        if (host === primary && !stale) await schema.make(connection);
        host.part(connection, stale);
        // Behind a router, a new connection may lead to another server.
        if (stale && connection.reused) continue;
        host.isUp(node);
        return node;
      } catch (error) {
        host.part(connection, true);
        if (connection.reused) continue;
        host.isDown(error);
        return undefined;
      }
    }
  }

  const writable = async () => (await probe(primary))?.readOnly === false;
  // The first answer is enough: a frozen server must not delay the others.
  const readable = () =>
    Promise.any(
      hosts.map(async (host) => {
        if ((await probe(host)) === undefined) throw new Error("down");
        return true;
      }),
    ).catch(() => false);
  const retry = (usable: () => Promise<boolean>) =>
    createSharedRetry({ probe: usable, capacity: CAPACITY, clock, stop });

  return {
    ...createReader({
      primary,
      replicas,
      retry: retry(readable),
      clock,
      patienceMs: Math.min(writeMs, READ_PATIENCE_MS),
    }),
    write: createWriter({ primary, schema, retry: retry(writable), clock, patienceMs: writeMs }),
    status: () => ({ write: primary.status, read: replicas.map((host) => host.status) }),
    probe: async () => {
      await Promise.all(hosts.map(probe));
    },
    usage: () => hosts.map((host) => ({ role: host.role, address: host.address, ...host.usage() })),
    close: async () => {
      await Promise.all(hosts.map((host) => host.close()));
    },
  };
}
