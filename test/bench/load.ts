import { createHistogram } from "node:perf_hooks";
import { Client } from "undici";
import type { TlsClient } from "./routes.ts";

export interface LoadOptions {
  /** Where the requests go, such as http://10.0.0.2:3000; several share the connections evenly. */
  readonly origins: readonly string[];
  readonly path: string;
  /** How the client knows the server, where origins are https:. */
  readonly tls?: TlsClient | undefined;
  readonly seconds: number;
  /** Is called when each connection has had its first answer, which does not count. */
  readonly begin?: () => Promise<void>;
  /** Ends the load early, by an error. */
  readonly signal: AbortSignal;
}

export interface LoadFigures {
  readonly requests: number;
  /** From the first question to the last answer. */
  readonly seconds: number;
  /** Milliseconds that half of the requests, and all but a hundredth, were answered in. */
  readonly p50: number;
  readonly p99: number;
}

/** Each has one request under way at a time, and is kept. */
const CONNECTIONS = 16;

const NS_PER_MS = 1_000_000;

/**
 * Asks by HTTP/1.1 as fast as answers come, on 16 kept connections.
 * @throws Error where an answer is not 200 or does not come: what fails fast would look like speed
 */
export async function load({ origins, path, tls, seconds, begin, signal }: LoadOptions): Promise<LoadFigures> {
  const times = createHistogram();
  const clients = Array.from({ length: CONNECTIONS }, (_, index) => {
    const origin = origins[index % origins.length];
    if (origin === undefined) throw new Error("a load needs somewhere to go");
    return new Client(origin, { allowH2: false, ...(tls === undefined ? {} : { connect: { ...tls } }) });
  });
  let start = 0;
  try {
    await Promise.all(clients.map((client) => ask(client, path)));
    await begin?.();
    start = performance.now();
    const end = start + seconds * 1_000;
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() < end) {
          const asked = performance.now();
          await ask(client, path);
          times.record(Math.max(1, Math.round((performance.now() - asked) * NS_PER_MS)));
          signal.throwIfAborted();
        }
      }),
    );
  } finally {
    await Promise.all(clients.map((client) => client.destroy()));
  }
  return {
    requests: times.count,
    seconds: (performance.now() - start) / 1_000,
    p50: times.percentile(50) / NS_PER_MS,
    p99: times.percentile(99) / NS_PER_MS,
  };
}

async function ask(client: Client, path: string): Promise<void> {
  const { statusCode, body } = await client.request({ method: "GET", path });
  await body.dump({ limit: Number.POSITIVE_INFINITY });
  if (statusCode !== 200) throw new Error(`${path} was answered with ${statusCode}`);
}
