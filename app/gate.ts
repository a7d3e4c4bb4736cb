/** Time; tests let it pass as they like. */
export interface Clock {
  /** In milliseconds; only ever grows. */
  now(): number;
  /** Calls back after so many milliseconds, unless what it returns is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** Time as it is. */
export const CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Where those wait who found nobody in: one knock serves them all, however many they are. */
export interface Gate {
  /** Somebody waits: there is no use in trying by oneself. */
  readonly shut: boolean;
  /**
   * Waits for an answer, and tells whether there was one.
   *
   * @param until the clock's time when patience ends
   * @param failures how often one has tried in vain: the more, the longer the first pause, unless others wait already
   */
  pass(until: number, failures: number): Promise<boolean>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 500;

/**
 * Makes a gate that is open.
 *
 * @param options.knock tries once whether somebody is in; never throws
 * @param options.room so many may wait at once; more are sent away
 * @param options.stop sends everybody away, for good
 */
export function createGate(options: {
  readonly knock: () => Promise<boolean>;
  readonly room: number;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}): Gate {
  const { knock, room, clock, stop } = options;
  const waiting = new Set<(answered: boolean) => void>();
  let knocking = false;

  function dismiss(answered: boolean): void {
    for (const leave of waiting) leave(answered);
  }
  stop.addEventListener("abort", () => dismiss(false), { once: true });

  async function knockForAll(firstPause: number): Promise<void> {
    knocking = true;
    let answered = false;
    for (let pause = firstPause; waiting.size > 0 && !answered; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await new Promise<void>((resolve) => clock.after(pause, resolve));
      answered = waiting.size > 0 && (await knock());
    }
    knocking = false;
    dismiss(true);
  }

  return {
    get shut() {
      return waiting.size > 0;
    },
    pass: (until, failures) =>
      new Promise((resolve) => {
        const left = until - clock.now();
        if (left <= 0 || waiting.size >= room || stop.aborted) {
          resolve(false);
          return;
        }
        const leave = (answered: boolean) => {
          forget();
          waiting.delete(leave);
          resolve(answered);
        };
        const forget = clock.after(left, () => leave(false));
        waiting.add(leave);
        if (!knocking) void knockForAll(Math.min(FIRST_PAUSE_MS * 2 ** Math.max(failures - 1, 0), LONGEST_PAUSE_MS));
      }),
  };
}
