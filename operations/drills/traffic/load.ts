import { Pool } from "undici";
import type { Answer } from "./measure.ts";
import { messageBody, messageText, type Step, slowly, stepAt } from "./requests.ts";

export interface LoadOptions {
  /** The only address that is ever asked. */
  readonly url: string;
  /** Requests a second. */
  readonly rate: number;
  /** Sending ends after this long, whatever happens. */
  readonly maxSeconds: number;
  /** Names this run's messages. */
  readonly run: string;
}

/** Requests that keep coming at a steady rate, whether or not those before them are answered. */
export interface Load {
  /** What is over, in the order in which it ended. */
  readonly answers: readonly Answer[];
  /** Milliseconds since the load began. */
  elapsed(): number;
  /** Stops sending, and waits until everything sent is answered or given up. Resolves to the milliseconds of sending. */
  stop(): Promise<number>;
}

/**
 * Milliseconds after which a request is given up: more than the stack itself allows (web.requestTimeoutSeconds), so that
 * what hangs is the stack's failure and not the load's impatience. With the rate it also bounds what is under way.
 */
const GIVE_UP_MS = 40_000;

const TICK_MS = 5;

/**
 * Puts a load on an address. undici sends, and this adds the clock: load generators such as autocannon wait for an
 * answer before they send on, so that an outage silences them, and that one reconnects without a word when a connection
 * is closed under a request - which is what has to be counted here. Nothing is tried a second time.
 */
export function startLoad({ url, rate, maxSeconds, run }: LoadOptions): Load {
  const kept = new Pool(url);
  const single = new Pool(url, { pipelining: 0 });
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  const answers: Answer[] = [];
  const underWay = new Set<Promise<void>>();
  let sent = 0;
  let endedAt: number | undefined;

  const send = (number: number) => {
    const step = stepAt(number);
    const message = step.method === "POST" ? messageText(run, number) : undefined;
    const sentAt = elapsed();
    const request = ask(step.connection === "kept" ? kept : single, step, message).then((outcome) => {
      answers.push({ ...outcome, step, message, sentAt, doneAt: elapsed() });
      underWay.delete(request);
    });
    underWay.add(request);
  };

  const end = () => {
    clearInterval(clock);
    endedAt ??= elapsed();
  };
  const clock = setInterval(() => {
    const seconds = Math.min(elapsed() / 1_000, maxSeconds);
    while (sent < seconds * rate) send(sent++);
    if (seconds === maxSeconds) end();
  }, TICK_MS);

  return {
    answers,
    elapsed,
    async stop() {
      end();
      while (underWay.size > 0) await Promise.all(underWay);
      await Promise.all([kept.destroy(), single.destroy()]);
      return endedAt ?? elapsed();
    },
  };
}

async function ask(
  pool: Pool,
  { method, path, slow = false }: Step,
  message: string | undefined,
): Promise<Pick<Answer, "status" | "server" | "problem">> {
  const text = message === undefined ? null : messageBody(message);
  try {
    const { statusCode, headers, body } = await pool.request({
      method,
      path,
      ...(text === null
        ? {}
        : {
            headers: { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) },
            body: slow ? slowly(text) : text,
          }),
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    // An answer counts when all of it is there.
    await body.dump({ limit: Number.POSITIVE_INFINITY });
    const server = headers["x-server"];
    return { status: statusCode, server: typeof server === "string" ? server : undefined, problem: undefined };
  } catch (error) {
    return { status: undefined, server: undefined, problem: nameOf(error) };
  }
}

/** The kind of an error, without what differs from one to the next. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer in ${GIVE_UP_MS / 1_000} s`;
  const code = "code" in error ? String(error.code) : error.name;
  return code === "UND_ERR_SOCKET" ? error.message : code;
}
