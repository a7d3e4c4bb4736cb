import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** The author of a drill's messages, which distinguishes them from visitors' messages. */
export const AUTHOR = "drill";

/** One request of the load. */
export interface Step {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** kept: it uses an open connection and leaves it open. new: it opens one of its own. */
  readonly connection: "kept" | "new";
  /** Whether it takes about SLOW_MS, so that every failure meets requests in flight. */
  readonly slow?: boolean;
}

/** The shortest duration of a slow request, in milliseconds. */
export const SLOW_MS = 1_500;

const PIECES = 4;

/**
 * Most requests read, many write; browsers keep connections, scripts and other proxies often do not. Some requests need
 * no database, so that two shared CPUs are enough for the load and the stack.
 */
const MIX: readonly Step[] = [
  { method: "GET", path: "/", connection: "kept" },
  { method: "POST", path: "/api/messages", connection: "kept" },
  { method: "GET", path: "/version", connection: "new" },
  { method: "GET", path: "/api/messages", connection: "kept" },
  { method: "POST", path: "/api/messages", connection: "new" },
  { method: "GET", path: "/version", connection: "kept" },
  { method: "GET", path: "/", connection: "new" },
  { method: "POST", path: "/api/messages", connection: "kept" },
  { method: "GET", path: "/version", connection: "kept" },
  { method: "GET", path: "/version", connection: "new" },
];

const SLOW: readonly Step[] = [
  { method: "POST", path: "/api/messages", connection: "kept", slow: true },
  { method: "GET", path: `/api/messages?delay=${SLOW_MS}`, connection: "kept", slow: true },
];

/** One of this many requests is slow: at 200 requests per second, six are always in flight. */
const SLOW_EVERY = 50;

/** The request with a number: the same in every run, so that runs can be compared. */
export function stepAt(number: number): Step {
  const turn = Math.floor(number / SLOW_EVERY);
  const [list, place] = number % SLOW_EVERY === SLOW_EVERY - 1 ? [SLOW, turn] : [MIX, number];
  const step = list[place % list.length];
  if (step === undefined) throw new Error("the mix is not empty");
  return step;
}

const READING = MIX.filter(({ method }) => method === "GET");

/** As stepAt, for visitors who only read. */
export function readingStepAt(number: number): Step {
  const step = READING[number % READING.length];
  if (step === undefined) throw new Error("the mix is not empty");
  return step;
}

/** The text of a message: unique, so that a message that is stored twice is noticed. */
export function messageText(run: string, number: number): string {
  return `${run}-${number}`;
}

/** A message in the application's format. */
export function messageBody(text: string): string {
  return JSON.stringify({ author: AUTHOR, text });
}

/** A body that arrives in pieces, as over a bad connection. */
export function slowly(body: string): Readable {
  const size = Math.ceil(body.length / PIECES);
  async function* pieces() {
    for (let at = 0; at < body.length; at += size) {
      if (at > 0) await sleep(SLOW_MS / (PIECES - 1));
      yield body.slice(at, at + size);
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}
