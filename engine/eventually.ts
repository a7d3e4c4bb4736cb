import { setTimeout as sleep } from "node:timers/promises";

interface Polling {
  /** Seconds between two attempts; default: 0.2. */
  readonly everySeconds?: number;
  /** Lets time pass between two attempts; when it throws, the waiting ends. */
  readonly wait?: (seconds: number) => Promise<unknown>;
}

/**
 * Repeats an attempt until it succeeds; resolves to its value.
 * @throws the last attempt's error, when the time is over
 */
export async function eventually<T>(
  attempt: () => Promise<T> | T,
  seconds: number,
  { everySeconds = 0.2, wait = (length) => sleep(length * 1_000) }: Polling = {},
): Promise<T> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await wait(everySeconds);
  }
}

/**
 * Repeats a question until the answer is yes.
 * @param problem the error's message when the time is over, without its end: "… after 20 s"
 */
export async function untilTrue(
  problem: string | (() => string),
  question: () => Promise<boolean> | boolean,
  seconds: number,
  polling?: Polling,
): Promise<void> {
  const check = async () => {
    if (await question()) return;
    throw new Error(`${typeof problem === "string" ? problem : problem()} after ${seconds} s`);
  };
  await eventually(check, seconds, polling);
}

/**
 * Waits for work, but not longer than this: an engine whose machine has lost its power neither answers nor refuses.
 * Nobody waits for the end of the work after that.
 * @throws Error when the time is over, and the work's own
 */
export async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const limit = sleep(seconds * 1_000, undefined, { signal: ended.signal }).then(
    () => Promise.reject(new Error(`no answer in ${seconds} s`)),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work, limit]);
  } finally {
    ended.abort();
  }
}
