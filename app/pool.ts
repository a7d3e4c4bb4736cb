import mysql from "mysql2";
import { PoolBusy, QueryTimeout } from "./failure.ts";
import type { DatabaseAddress, Settings } from "./settings.ts";

/** What may be given to a placeholder. */
export type Value = string | number | Date | null;
/** One row, by column name. */
export type Row = Readonly<Record<string, unknown>>;
/** What a statement brought back. */
export interface Result {
  readonly rows: readonly Row[];
  readonly insertId: number;
}

/** One connection, lent until it is given back. */
export interface Connection {
  /** It served before: the other side may have gone since. */
  readonly reused: boolean;
  /** Runs one statement, within `timeoutMs` if that is less than the pool allows anyway. */
  run(sql: string, values?: readonly Value[], timeoutMs?: number): Promise<Result>;
  release(): void;
  destroy(): void;
}

/** Connections to one address. */
export interface Pool {
  readonly address: string;
  connect(): Promise<Connection>;
  /** Connections opened before this moment are not lent again: one of them turned out to be dead. */
  suspect(): void;
  usage(): { readonly inUse: number; readonly waiting: number };
  close(): Promise<void>;
}

/** The bounds of a pool; their defaults suit a page that a person waits for. */
export interface PoolLimits {
  readonly connections: number;
  readonly queue: number;
  readonly connectMs: number;
  readonly waitMs: number;
  readonly queryMs: number;
  /** A router decides where a connection goes when it opens: without an end to their age none would ever move back. */
  readonly ageMs: number;
}

const LIMITS: PoolLimits = { connections: 10, queue: 500, connectMs: 2000, waitMs: 3000, queryMs: 5000, ageMs: 60_000 };

/** Without an authority nobody can vouch for the server; what is said is encrypted all the same. */
function tlsOptions(ca: string | undefined): mysql.SslOptions {
  // Without `verifyIdentity` the driver takes any certificate of the authority, whatever host it names.
  return ca === undefined ? { rejectUnauthorized: false } : { ca, rejectUnauthorized: true, verifyIdentity: true };
}

interface Opened {
  readonly generation: number;
  readonly at: number;
  lent: boolean;
}

/** A pool of MySQL connections that forgets the dead ones. */
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
    // The pool listens once only; a connection that fails twice must not bring the process down.
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
        // A dead peer answers no goodbye.
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
