import { readFileSync } from "node:fs";

/** The check by which the engine tells whether a container serves. Durations are in seconds. */
export interface Healthcheck {
  /** A program and its arguments, which succeeds if the container serves. It may use only tools of the official image. */
  readonly check: readonly string[];
  /** Failures do not count for this long after the start. */
  readonly startPeriod: number;
  /** The time before the first check, and between two until the first succeeds. Default: 1.75. */
  readonly interval?: number;
  /** The time between two checks of a container that serves. Default: 2. */
  readonly pause?: number;
  /** The shell of the image. Default: bash. */
  readonly shell?: keyof typeof WATCH;
}

/**
 * The engine checks for the first time after one interval, and the provider looks at the result every second: a check
 * that ends shortly before the second look saves a second for each container.
 */
const INTERVAL = 1.75;

/** The longest time that one check may take. */
const CHECK_SECONDS = 3;

/** How long a container that serves is watched by one process. */
const WATCH_SECONDS = 60;

/** A folder in memory with the mark of a container that serves. */
export const HEALTH_FOLDER = "/run/health";

const script = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");

/** The script that watches, by the shell that runs it. */
const WATCH = { bash: script("watch.sh"), sh: script("watchWithSh.sh") } as const;

/** The script with another pause. It is no argument: another script for all would replace every container once. */
function watching(shell: keyof typeof WATCH, pause: number | undefined): string {
  return pause === undefined ? WATCH[shell] : WATCH[shell].replace(/^PAUSE=\d+$/m, `PAUSE=${pause}`);
}

/** A container's arguments for its check. The provider waits until the container serves. */
export function waitForHealth({ check, startPeriod, interval = INTERVAL, pause, shell = "bash" }: Healthcheck) {
  const watch = [
    shell,
    "-c",
    watching(shell, pause),
    "watch",
    `${HEALTH_FOLDER}/served`,
    `${WATCH_SECONDS}`,
    `${CHECK_SECONDS}`,
  ];
  return {
    healthcheck: {
      tests: ["CMD", ...watch, ...check],
      interval: goDuration(interval),
      // Each check has its own limit; only a container that is frozen as a whole, or starved, takes longer.
      timeout: goDuration(WATCH_SECONDS + 4 * CHECK_SECONDS),
      retries: 3,
      startPeriod: goDuration(startPeriod),
    },
    wait: true,
    // The engine only reports "not healthy yet": a failure is certain when the start period is over.
    waitTimeout: startPeriod + 60,
  };
}

/** Seconds in the engine's own notation: another spelling of the same duration would be a change at every `up`. */
export function goDuration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
