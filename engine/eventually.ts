import { setTimeout as sleep } from "node:timers/promises";

export interface Patience {
  /** The longest that is waited. */
  readonly seconds: number;
  /** Between two attempts; default: 0.2. */
  readonly everySeconds?: number;
  /** Lets time pass between two attempts; an error of it ends the waiting. */
  readonly wait?: (seconds: number) => Promise<unknown>;
}

/** Repeats an attempt until it succeeds; resolves to its value, or throws the last error when the time is over. */
export async function eventually<T>(
  attempt: () => Promise<T> | T,
  { seconds, everySeconds = 0.2, wait = (length) => sleep(length * 1_000) }: Patience,
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
 * @param problem what the error says when the time is over, without its end: "… after 20 s"
 */
export async function untilTrue(
  problem: string,
  question: () => Promise<boolean> | boolean,
  patience: Patience,
): Promise<void> {
  await eventually(async () => {
    if (!(await question())) throw new Error(`${problem} after ${patience.seconds} s`);
  }, patience);
}
