import { DatabaseUnavailable, isMissing, isRefused, isUncertain, PoolBusy, reason } from "./failure.ts";
import { type Answer, type DatabaseNode, type Host, identify, type Session } from "./host.ts";
import type { Schema } from "./schema.ts";
import type { Clock, SharedRetry } from "./sharedRetry.ts";

/** Writes to the primary. The work has to be one statement: it is repeated only if it certainly did nothing. */
export type Write = <T>(work: (session: Session) => Promise<T>) => Promise<Answer<T>>;

/** The result of an attempt. Without an answer, nothing was done. */
type Attempt<T> =
  | { readonly answer: Answer<T> }
  | {
      readonly problem: unknown;
      /** Whether the connection was used before: a new one may reach another server, or work. */
      readonly reused: boolean;
    };

/** @param options.patienceMs milliseconds for which a write that was certainly not done is retried */
export function createWriter(options: {
  readonly primary: Host;
  readonly schema: Schema;
  readonly retry: SharedRetry;
  readonly clock: Clock;
  readonly patienceMs: number;
}): Write {
  const { primary, schema, retry, clock, patienceMs } = options;

  async function attempt<T>(work: (session: Session) => Promise<T>): Promise<Attempt<T>> {
    const connection = await primary.connect().catch((problem: unknown) => ({ problem }));
    if ("problem" in connection) return { problem: connection.problem, reused: false };
    const { reused } = connection;

    // The question for its identity proves that the connection works, before a statement is sent that cannot be
    // repeated.
    let node: DatabaseNode;
    try {
      node = await identify(connection);
      if (!node.readOnly) await schema.make(connection);
    } catch (problem) {
      primary.part(connection, true);
      if (reused) primary.failed(problem);
      else primary.isDown(problem);
      return { problem, reused };
    }
    if (node.readOnly) {
      const problem = new Error(`${node.name} is read-only`);
      // Behind a router, a new connection may reach the new primary.
      primary.part(connection, true);
      primary.failed(problem);
      if (!reused) primary.isUp(node);
      return { problem, reused };
    }

    try {
      const value = await work(connection);
      primary.part(connection, false);
      primary.isUp(node);
      return { answer: { node, value } };
    } catch (problem) {
      const uncertain = isUncertain(problem);
      const refused = isRefused(problem) || isMissing(problem);
      primary.part(connection, uncertain || refused);
      primary.failed(problem);
      if (isMissing(problem)) schema.forget();
      if (uncertain) {
        throw new DatabaseUnavailable("write", "unknown", `The primary did not confirm: ${reason(problem)}`, problem);
      }
      if (!refused) throw problem;
      return { problem, reused };
    }
  }

  function notDone(error: unknown): DatabaseUnavailable {
    return new DatabaseUnavailable("write", "not-done", `The primary cannot be written: ${reason(error)}`, error);
  }

  return async (work) => {
    const until = clock.now() + patienceMs;
    let problem: unknown = new Error("other requests wait for it, too");
    for (let failures = 0; ; ) {
      if ((failures > 0 || retry.isWaiting) && !(await retry.wait(until, failures))) throw notDone(problem);
      const result = await attempt(work);
      if ("answer" in result) return result.answer;
      problem = result.problem;
      // The pool has made it wait already. It waits on only if others wait for a primary that is gone.
      if (problem instanceof PoolBusy && !retry.isWaiting) throw notDone(problem);
      if (!result.reused) failures += 1;
    }
  };
}
