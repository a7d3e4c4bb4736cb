import { DatabaseUnavailable, isLost, isMissing, PoolBusy, QueryTimeout, reason, ServerSilent } from "./failure.ts";
import { type Answer, type DatabaseNode, type Host, identify, type Session } from "./host.ts";
import type { Clock, SharedRetry } from "./sharedRetry.ts";

/** Reads from a database that can be read. */
export interface Reader {
  /** Reads from a replica if there is one. `empty` is the answer of a database that does not have the tables yet. */
  read<T>(work: (session: Session) => Promise<T>, empty: T): Promise<Answer<T>>;
  /** Reads from the primary only. */
  readLatest<T>(work: (session: Session) => Promise<T>, empty: T): Promise<Answer<T>>;
}

/** Whether waiting may help. More attempts do not help servers that are busy, or slow with the read itself. */
function isPassing(problem: unknown): boolean {
  return problem instanceof ServerSilent || (isLost(problem) && !(problem instanceof QueryTimeout));
}

/** @param options.patienceMs milliseconds for which a read that found no database is retried */
export function createReader(options: {
  readonly primary: Host;
  readonly replicas: readonly Host[];
  readonly retry: SharedRetry;
  readonly clock: Clock;
  readonly patienceMs: number;
}): Reader {
  const { primary, replicas, retry, clock, patienceMs } = options;
  let turn = 0;

  /** The hosts in the order of preference: the replicas in turn, then the primary; hosts that are down come last. */
  function order(): readonly Host[] {
    const start = replicas.length === 0 ? 0 : turn++ % replicas.length;
    const rotated = [...replicas.slice(start), ...replicas.slice(0, start)];
    const all = replicas.some((host) => host.address === primary.address) ? rotated : [...rotated, primary];
    const down = (host: Host) => host.status.state === "down";
    return [...all.filter((host) => !down(host)), ...all.filter(down)];
  }

  type Found<T> = Answer<T> & { readonly missing: boolean };

  async function readFrom<T>(host: Host, work: (session: Session) => Promise<T>, empty: T): Promise<Found<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await host.connect();
      let node: DatabaseNode | undefined;
      try {
        node = await identify(connection);
        const value = await work(connection);
        host.part(connection, false);
        host.isUp(node);
        return { node, value, missing: false };
      } catch (error) {
        const lost = isLost(error);
        host.part(connection, lost);
        if (node !== undefined && isMissing(error)) {
          host.isUp(node);
          return { node, value: empty, missing: true };
        }
        // A pooled connection may have died unnoticed, and a read may be repeated. Not after a timeout: the visitor has
        // waited long enough, and another server may be faster.
        if (lost && attempt === 1 && !(error instanceof QueryTimeout)) {
          host.failed(error);
          continue;
        }
        if (lost) host.isDown(error);
        else host.failed(error);
        throw error;
      }
    }
  }

  /** Tries one host after another; throws the error of the last one. */
  async function readAnywhere<T>(work: (session: Session) => Promise<T>, empty: T): Promise<Answer<T>> {
    let problem: unknown;
    let behind: Found<T> | undefined;
    for (const host of order()) {
      try {
        const found = await readFrom(host, work, empty);
        // The tables are created on the primary: a replica without them is behind, so the next host is tried.
        if (!found.missing) return { node: found.node, value: found.value };
        behind ??= found;
      } catch (error) {
        problem = error;
        // Sending the overload of one server to the next would only overload that one, too.
        if (error instanceof PoolBusy) break;
      }
    }
    if (behind !== undefined) return { node: behind.node, value: behind.value };
    throw problem;
  }

  function unavailable(what: string, error: unknown): DatabaseUnavailable {
    return new DatabaseUnavailable("read", "not-done", `${what}: ${reason(error)}`, error);
  }

  return {
    read: async (work, empty) => {
      const until = clock.now() + patienceMs;
      let problem: unknown = new Error("other requests wait for it, too");
      for (let failures = 0; ; failures += 1) {
        if ((failures > 0 || retry.isWaiting) && !(await retry.wait(until, failures))) {
          throw unavailable("No database can be read", problem);
        }
        try {
          return await readAnywhere(work, empty);
        } catch (error) {
          problem = error;
        }
        // A router that is being replaced is back in a moment, and so is a machine that stands still.
        if (!isPassing(problem)) throw unavailable("No database can be read", problem);
      }
    },
    readLatest: async (work, empty) => {
      try {
        const { node, value } = await readFrom(primary, work, empty);
        return { node, value };
      } catch (error) {
        throw unavailable("The primary cannot be read", error);
      }
    },
  };
}
