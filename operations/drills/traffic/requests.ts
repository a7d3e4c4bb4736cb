import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** Who posts a drill's messages: what is theirs can be told from what visitors wrote. */
export const AUTHOR = "drill";

/** What one request of the load does. */
export interface Step {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Whether it may take a connection that is open, and leave it open, or makes one for itself. */
  readonly connection: "kept" | "new";
  /** Whether it is on its way for about SLOW_MS, so that whatever happens meets requests under way. */
  readonly slow?: boolean;
}

/** How long a slow request takes at least, in milliseconds. */
export const SLOW_MS = 1_500;

const PIECES = 4;

/**
 * Most visitors read, many write; browsers keep connections, scripts and other proxies often do not. A part asks for
 * what needs no database, so that two shared CPUs carry the load and the stack.
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

/** One in so many is slow: at 200 requests a second, six are always under way. */
const SLOW_EVERY = 50;

/** The request at a place of the load: always the same, so that two runs can be compared. */
export function stepAt(number: number): Step {
  const turn = Math.floor(number / SLOW_EVERY);
  const [list, place] = number % SLOW_EVERY === SLOW_EVERY - 1 ? [SLOW, turn] : [MIX, number];
  const step = list[place % list.length];
  if (step === undefined) throw new Error("the mix is not empty");
  return step;
}

/** The text of a message: unique, so that one which was stored twice is seen. */
export function messageText(run: string, number: number): string {
  return `${run}-${number}`;
}

/** A message as the application takes it. */
export function messageBody(text: string): string {
  return JSON.stringify({ author: AUTHOR, text });
}

/** A body that comes in pieces, as from a bad line. */
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
