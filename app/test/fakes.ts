import { QueryTimeout } from "../failure.ts";
import type { Connection, Pool, Result, Value } from "../pool.ts";
import type { Clock } from "../sharedRetry.ts";

/** A database server in memory, which can be stopped, restarted and made read-only, and records its statements. */
export class FakeServer {
  readonly name: string;
  up = true;
  readOnly = false;
  /** Whether no identification is answered in time. */
  frozen = false;
  tables = true;
  /** The effect of every statement that is neither an identification nor a table definition. */
  answer: (sql: string, values: readonly Value[]) => Result = () => ({ rows: [], insertId: 0 });
  readonly statements: string[] = [];
  /** Counts restarts; connections of an earlier life are dead. */
  life = 0;

  constructor(name: string) {
    this.name = name;
  }

  restart(): void {
    this.life += 1;
  }

  /** The statements that visitors caused. */
  get work(): string[] {
    return this.statements.filter((sql) => !sql.includes("@@") && !sql.startsWith("CREATE"));
  }

  handle(sql: string, values: readonly Value[]): Result {
    this.statements.push(sql);
    if (sql.includes("@@")) {
      if (this.frozen) throw new QueryTimeout("no answer");
      const row = { hostname: "container", reportHost: this.name, uuid: `uuid-${this.name}`, readOnly: this.readOnly };
      return { rows: [row], insertId: 0 };
    }
    if (sql.startsWith("CREATE")) {
      this.tables = true;
      return { rows: [], insertId: 0 };
    }
    if (!this.tables) throw failure("ER_NO_SUCH_TABLE");
    return this.answer(sql, values);
  }
}

/** An error as the driver makes it. */
export function failure(code: string, more: { fatal?: boolean } = {}): Error {
  return Object.assign(new Error(`${code} happened`), { code, ...more });
}

/** A clock that the test advances. */
export class FakeClock implements Clock {
  private time = 0;
  private readonly due: { readonly at: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { at: this.time + ms, callback };
    this.due.push(entry);
    return () => {
      const place = this.due.indexOf(entry);
      if (place >= 0) this.due.splice(place, 1);
    };
  }

  /** Whether no callback is due any more. */
  get idle(): boolean {
    return this.due.length === 0;
  }

  /** Advances by `ms` milliseconds and makes the callbacks that are due, one after another. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settled();
      const next = this.due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.due.splice(this.due.indexOf(next), 1);
      this.time = next.at;
      next.callback();
    }
    this.time = end;
  }
}

/** Resolves when everything has happened that only waited for promises. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A pool that keeps its connections and learns of their death only by using them, as a real one does. */
export class FakePool implements Pool {
  readonly address: string;
  readonly server: FakeServer;
  attempts = 0;
  closed = false;
  /** When set, no connection is lent. */
  refusal: Error | undefined;
  private generation = 0;
  private idle: { life: number; generation: number }[] = [];

  constructor(server: FakeServer) {
    this.server = server;
    this.address = `${server.name}:3306`;
  }

  async connect(): Promise<Connection> {
    this.attempts += 1;
    if (this.refusal !== undefined) throw this.refusal;
    const kept = this.idle.filter((one) => one.generation === this.generation);
    const pooled = kept.pop();
    this.idle = kept;
    if (pooled === undefined && !this.server.up) throw failure("ECONNREFUSED", { fatal: true });
    const one = pooled ?? { life: this.server.life, generation: this.generation };
    return {
      reused: pooled !== undefined,
      run: async (sql, values = []) => {
        if (!this.server.up || one.life !== this.server.life) {
          throw failure("PROTOCOL_CONNECTION_LOST", { fatal: true });
        }
        return this.server.handle(sql, values);
      },
      release: () => {
        this.idle.push(one);
      },
      destroy: () => {},
    };
  }

  suspect(): void {
    this.generation += 1;
  }

  usage() {
    return { inUse: 0, waiting: 0 };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
