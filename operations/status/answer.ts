import type { Answer } from "./facts.ts";

/** Runs a command in a service's container; undefined: no such container runs, or its engine does not answer. */
export type Ask = (service: string, command: readonly string[]) => Promise<Answer<string> | undefined>;

/** A source gets this many times its seconds while others still answer: the machine is busy, not dead. */
const MOST = 5;
/** Time for the next answer after one, as a part of the seconds. */
const NEXT = 1;

/**
 * The time that the sources have. It ends after the seconds, or later while answers still come in: nobody calls a
 * database dead because the machine is busy with all the questions.
 */
export class Patience {
  /** The longest that a source may take, in seconds, where nothing answers. */
  readonly seconds: number;
  readonly #begun = performance.now();
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    this.seconds = seconds;
    this.#timer = this.#wait(seconds);
  }

  /** Ends when the time is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** The longest that it can last, in seconds. */
  get most(): number {
    return this.seconds * MOST;
  }

  /** Seconds since the beginning. */
  get passed(): number {
    return (performance.now() - this.#begun) / 1_000;
  }

  /** Nobody waits for anything any more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  /** Asks a source. A failure is an answer, too: whatever is dead, the others are asked. */
  async answered<T>(ask: (limit: AbortSignal) => Promise<T>): Promise<Answer<T>> {
    try {
      const value = await ended(this.signal, ask(this.signal));
      this.#prolong();
      return { value };
    } catch (error) {
      return { problem: this.#reasonOf(error) };
    }
  }

  #prolong(): void {
    if (this.signal.aborted) return;
    clearTimeout(this.#timer);
    const until = Math.min(this.most, Math.max(this.seconds, this.passed + this.seconds * NEXT));
    this.#timer = this.#wait(until - this.passed);
  }

  #wait(seconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#over.abort(), seconds * 1_000);
  }

  #reasonOf(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    if (this.signal.aborted) return `no answer in ${Math.round(this.passed * 10) / 10} s`;
    const code = "code" in error ? String(error.code) : error.name;
    return error.message.trim().split("\n").at(-1) || code;
  }
}

/** The work's result, or a rejection at the end of the signal: an engine without power neither answers nor refuses. */
function ended<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = () => reject(new Error("the time is over"));
    if (signal.aborted) over();
    signal.addEventListener("abort", over, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", over));
  });
}
