import { Pool } from "undici";
import type { Topology } from "../../../topology/plan.ts";
import type { Answer } from "./measure.ts";
import { messageBody, messageText, type Step, slowly, stepAt } from "./requests.ts";

export interface LoadOptions {
  /** The only address that requests are sent to. */
  readonly url: string;
  /** The authority that the load trusts (PEM), for a URL by HTTPS. Default: those that Node.js trusts. */
  readonly ca?: string | undefined;
  /** Requests per second. */
  readonly rate: number;
  /** Sending ends after this time, whatever happens. */
  readonly maxSeconds: number;
  /** The prefix of this run's messages. */
  readonly run: string;
  /** The request with a number. Default: a mix of reading and writing. */
  readonly step?: (number: number) => Step;
  /** The most connections at once; further requests wait for one. Default: no limit. */
  readonly maxConnections?: number | undefined;
}

/**
 * The connections that the load may have at once: all visitors of the load have one address, and a site limits those of
 * one address. On one machine they come from the load balancer's host, whose connections it does not count.
 */
export function connectionsAllowed({ isSeveral, loadBalancers: [first] }: Topology): number | undefined {
  const limit = first?.visitors.connectionsPerSource ?? 0;
  return isSeveral && limit > 0 ? Math.max(Math.floor(limit * SHARE), 2) : undefined;
}

/** A connection that has ended here may still count there. */
const SHARE = 0.8;

/** Requests at a steady rate, whether or not earlier ones are answered. */
export interface Load {
  /** The requests that have ended, in that order. */
  readonly answers: readonly Answer[];
  /** Milliseconds since the load began. */
  elapsed(): number;
  /** Stops sending, and waits until every request is answered or given up. Resolves to the milliseconds of sending. */
  stop(): Promise<number>;
}

/**
 * Milliseconds after which a request is given up: more than the stack itself allows (web.requestTimeoutSeconds), so
 * that a request that hangs is a failure of the stack, not of the load's limit. With the rate it also bounds the
 * requests in flight.
 */
const GIVE_UP_MS = 40_000;

const TICK_MS = 5;

/**
 * Starts a load on an address. undici sends, and this function adds the clock. Load generators such as autocannon wait
 * for an answer before they send the next request, so they send nothing in an outage; and autocannon reconnects
 * silently when a connection is closed during a request, which has to be counted here. No request is retried.
 */
export function startLoad({
  url,
  ca,
  rate,
  maxSeconds,
  run,
  step: stepOf = stepAt,
  maxConnections,
}: LoadOptions): Load {
  const options = {
    ...(ca === undefined ? {} : { connect: { ca } }),
    ...(maxConnections === undefined ? {} : { connections: Math.max(Math.floor(maxConnections / 2), 1) }),
  };
  const kept = new Pool(url, options);
  const single = new Pool(url, { ...options, pipelining: 0 });
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  const answers: Answer[] = [];
  const inFlight = new Set<Promise<void>>();
  let sent = 0;
  let endedAt: number | undefined;

  const send = (number: number) => {
    const step = stepOf(number);
    const message = step.method === "POST" ? messageText(run, number) : undefined;
    const sentAt = elapsed();
    const request = ask(step.connection === "kept" ? kept : single, step, message).then((outcome) => {
      answers.push({ ...outcome, step, message, sentAt, doneAt: elapsed() });
      inFlight.delete(request);
    });
    inFlight.add(request);
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
      while (inFlight.size > 0) await Promise.all(inFlight);
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
    // An answer counts when it is complete.
    await body.dump({ limit: Number.POSITIVE_INFINITY });
    const server = headers["x-server"];
    return { status: statusCode, server: typeof server === "string" ? server : undefined, problem: undefined };
  } catch (error) {
    return { status: undefined, server: undefined, problem: nameOf(error) };
  }
}

/** The kind of an error, without the details of the single one. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer in ${GIVE_UP_MS / 1_000} s`;
  const code = "code" in error ? String(error.code) : error.name;
  return code === "UND_ERR_SOCKET" ? error.message : code;
}
