import mysql from "mysql2";
import { PoolBusy, QueryTimeout } from "./failure.ts";
import type { DatabaseAddress, Settings } from "./settings.ts";

/** A value for a placeholder. */
export type Value = string | number | Date | null;
/** One row, by column name. */
export type Row = Readonly<Record<string, unknown>>;
/** The result of a statement. */
export interface Result {
  readonly rows: readonly Row[];
  readonly insertId: number;
}

/** One connection of a pool, until it is released or destroyed. */
export interface Connection {
  /** Whether it was used before: the other side may have closed it since. */
  readonly reused: boolean;
  /** Runs one statement within `timeoutMs`, or within the pool's own limit if that is less. */
  run(sql: string, values?: readonly Value[], timeoutMs?: number): Promise<Result>;
  release(): void;
  destroy(): void;
}

/** Connections to one address. */
export interface Pool {
  readonly address: string;
  connect(): Promise<Connection>;
  /** No connection that was opened before this moment is used again: one of them turned out to be dead. */
  suspect(): void;
  usage(): { readonly inUse: number; readonly waiting: number };
  close(): Promise<void>;
}

/** The limits of a pool. The defaults suit a page that a person waits for. */
export interface PoolLimits {
  readonly connections: number;
  readonly queue: number;
  readonly connectMs: number;
  /** Milliseconds for which a caller waits for a free connection. Default: the patience of a reader without a database. */
  readonly waitMs: number;
  readonly queryMs: number;
  /**
   * The age at which a connection is closed. A router chooses its server when it opens: a kept one would never move
   * back.
   */
  readonly ageMs: number;
}

const LIMITS: PoolLimits = { connections: 10, queue: 500, connectMs: 2000, waitMs: 5000, queryMs: 5000, ageMs: 60_000 };

/** Without an authority the server is not verified; the connection is encrypted all the same. */
function tlsOptions(ca: string | undefined): mysql.SslOptions {
  // Without `verifyIdentity` the driver accepts any certificate of the authority, whatever host it names.
  return ca === undefined ? { rejectUnauthorized: false } : { ca, rejectUnauthorized: true, verifyIdentity: true };
}

interface Opened {
  readonly generation: number;
  readonly at: number;
  lent: boolean;
}

/** Creates a pool of MySQL connections that drops dead ones. */
export function createPool(
  address: DatabaseAddress,
  database: Pick<Settings["database"], "name" | "user" | "password" | "tls" | "ca">,
  limits: PoolLimits = LIMITS,
): Pool {
  const core = mysql.createPool({
    host: address.host,
    port: address.port,
    user: database.user,
    password: database.password,
    database: database.name,
    charset: "utf8mb4",
    timezone: "Z",
    connectTimeout: limits.connectMs,
    connectionLimit: limits.connections,
    queueLimit: limits.queue,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    gracefulEnd: true,
    ...(database.tls ? { ssl: tlsOptions(database.ca) } : {}),
  });

  let generation = 0;
  let inUse = 0;
  let waiting = 0;
  const opened = new WeakMap<mysql.PoolConnection, Opened>();
  core.on("connection", (connection) => {
    opened.set(connection, { generation, at: Date.now(), lent: false });
    // The pool handles only the first error of a connection; a second one must not end the process.
    connection.on("error", () => {});
  });

  function take(): Promise<mysql.PoolConnection> {
    return new Promise((resolve, reject) => {
      let late = false;
      waiting += 1;
      const timer = setTimeout(() => {
        late = true;
        waiting -= 1;
        reject(new PoolBusy(`no free connection to ${address.host} within ${limits.waitMs} ms`));
      }, limits.waitMs);
      core.getConnection((error, connection) => {
        clearTimeout(timer);
        if (late) {
          connection?.release();
          return;
        }
        waiting -= 1;
        if (error === null || error === undefined) resolve(connection);
        else if (error.message === "Queue limit reached.") reject(new PoolBusy(error.message));
        else reject(error);
      });
    });
  }

  async function connect(): Promise<Connection> {
    for (;;) {
      const connection = await take();
      const record = opened.get(connection);
      if (record === undefined || record.generation !== generation) {
        connection.destroy();
        continue;
      }
      if (Date.now() - record.at > limits.ageMs) {
        connection.end();
        continue;
      }
      const reused = record.lent;
      record.lent = true;
      return lend(connection, reused);
    }
  }

  function lend(connection: mysql.PoolConnection, reused: boolean): Connection {
    inUse += 1;
    let back = false;
    const giveBack = (how: () => void) => {
      if (back) return;
      back = true;
      inUse -= 1;
      how();
    };
    return {
      reused,
      run: (sql, values = [], timeoutMs = limits.queryMs) =>
        run(connection, sql, values, Math.min(timeoutMs, limits.queryMs)),
      release: () => giveBack(() => connection.release()),
      destroy: () => giveBack(() => connection.destroy()),
    };
  }

  return {
    address: `${address.host}:${address.port}`,
    connect,
    suspect: () => {
      generation += 1;
    },
    usage: () => ({ inUse, waiting }),
    close: () =>
      new Promise((resolve) => {
        // A dead server does not answer the end of a connection.
        const timer = setTimeout(resolve, 1000);
        core.end(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

function run(
  connection: mysql.PoolConnection,
  sql: string,
  values: readonly Value[],
  timeoutMs: number,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    // The driver's own timeout does not cover the preparation of a statement.
    const timer = setTimeout(() => reject(new QueryTimeout(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const done = (error: mysql.QueryError | null, answer: unknown) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve(toResult(answer));
    };
    // Values travel beside the statement, never inside it.
    if (values.length > 0) connection.execute(sql, [...values], done);
    else connection.query(sql, done);
  });
}

function toResult(answer: unknown): Result {
  if (Array.isArray(answer)) return { rows: answer, insertId: 0 };
  const id = typeof answer === "object" && answer !== null ? Reflect.get(answer, "insertId") : 0;
  return { rows: [], insertId: typeof id === "number" ? id : 0 };
}
