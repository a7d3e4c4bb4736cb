/** A clock that tests can replace. */
export interface Clock {
  /** In milliseconds; only ever grows. */
  now(): number;
  /** Calls back after `ms` milliseconds, unless the function that it returns is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** The clock of the process. */
export const CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Callers that found no database wait here, and one probe decides for all of them, however many they are. */
export interface SharedRetry {
  /** Whether callers wait already: a new caller then waits, too, and makes no attempt of its own. */
  readonly isWaiting: boolean;
  /**
   * Waits for the next probe that succeeds. false: patience ended, too many wait already, or the application stops.
   *
   * @param until the clock's time when patience ends
   * @param failures the caller's failed attempts: the more, the longer the first pause, unless others wait already
   */
  wait(until: number, failures: number): Promise<boolean>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 500;

/**
 * Creates a shared retry without waiting callers.
 *
 * @param options.probe tries once whether a database can be used; never throws
 * @param options.capacity the most callers that wait at once; more are refused
 * @param options.stop ends all waiting, for good
 */
export function createSharedRetry(options: {
  readonly probe: () => Promise<boolean>;
  readonly capacity: number;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}): SharedRetry {
  const { probe, capacity, clock, stop } = options;
  const waiting = new Set<(succeeded: boolean) => void>();
  let probing = false;

  function dismiss(succeeded: boolean): void {
    for (const leave of waiting) leave(succeeded);
  }
  stop.addEventListener("abort", () => dismiss(false), { once: true });

  async function probeForAll(firstPause: number): Promise<void> {
    probing = true;
    let succeeded = false;
    for (let pause = firstPause; waiting.size > 0 && !succeeded; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await new Promise<void>((resolve) => clock.after(pause, resolve));
      succeeded = waiting.size > 0 && (await probe());
    }
    probing = false;
    dismiss(true);
  }

  return {
    get isWaiting() {
      return waiting.size > 0;
    },
    wait: (until, failures) =>
      new Promise((resolve) => {
        const left = until - clock.now();
        if (left <= 0 || waiting.size >= capacity || stop.aborted) {
          resolve(false);
          return;
        }
        const leave = (succeeded: boolean) => {
          cancel();
          waiting.delete(leave);
          resolve(succeeded);
        };
        const cancel = clock.after(left, () => leave(false));
        waiting.add(leave);
        if (!probing) void probeForAll(Math.min(FIRST_PAUSE_MS * 2 ** Math.max(failures - 1, 0), LONGEST_PAUSE_MS));
      }),
  };
}
