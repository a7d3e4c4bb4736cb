/** The steps of an orderly stop. Clock and exit are parameters, so that tests can replace them. */
export interface DrainSteps {
  /** Turns readiness red. */
  announce(): void;
  /** The time in which the load balancer notices. */
  readonly delayMs: number;
  sleep(ms: number): Promise<void>;
  /** Stops accepting, waits for requests in flight, closes the pools. */
  close(): Promise<void>;
  exit(code: number): void;
  log(message: string): void;
}

/** Milliseconds for requests in flight after the listener has closed. */
export const CLOSE_LIMIT_MS = 10_000;

/**
 * Makes the handler of a stop signal: announce, keep serving, close, exit.
 *
 * A second signal exits at once. A step that hangs delays the exit by {@link CLOSE_LIMIT_MS} at most.
 */
export function createDrain(steps: DrainSteps): (signal: string) => Promise<void> {
  let begun = false;
  return async (signal) => {
    if (begun) {
      steps.log(`${signal} again: stopping at once`);
      return steps.exit(1);
    }
    begun = true;
    steps.announce();
    steps.log(`${signal}: not ready any more; closing in ${steps.delayMs / 1000} s`);
    await steps.sleep(steps.delayMs);
    const limit = steps.sleep(CLOSE_LIMIT_MS).then(() => "late" as const);
    const closed = steps.close().then(
      () => "closed" as const,
      (error: unknown) => error,
    );
    const end = await Promise.race([closed, limit]);
    if (end === "closed") {
      steps.log("closed in good order");
      return steps.exit(0);
    }
    steps.log(end === "late" ? `not closed within ${CLOSE_LIMIT_MS / 1000} s: stopping` : `closing failed: ${end}`);
    steps.exit(1);
  };
}
