import type { Answer } from "../../drills/traffic/measure.ts";
import { isSuccess } from "../../drills/traffic/measure.ts";
import type { Step } from "../../drills/traffic/requests.ts";

/** What visitors can observe. */
export const OBSERVED = ["pages", "reads", "writes"] as const;
export type Observed = (typeof OBSERVED)[number];

/** A request for each capability; each opens a connection, as a new visitor does. */
const STEPS: Readonly<Record<Observed, Step>> = {
  pages: { method: "GET", path: "/version", connection: "new" },
  reads: { method: "GET", path: "/api/messages", connection: "new" },
  writes: { method: "POST", path: "/api/messages", connection: "new" },
};

/** The request with a number: each capability in turn. */
export function observingStepAt(number: number): Step {
  return STEPS[OBSERVED[number % OBSERVED.length] ?? "pages"];
}

/** What was observed of a capability after a loss. */
export interface Observation {
  readonly capability: Observed;
  /** Whether no request succeeded any more at the end. */
  readonly isDown: boolean;
  /**
   * Seconds from the loss until the last failure, or the longest time without a success, whichever is more. Requests
   * that were in flight do not count.
   */
  readonly awaySeconds: number;
  /** Requests in flight at the loss that failed. */
  readonly lostInFlight: number;
  /** The last failed request, in words; undefined: none failed that was sent after the loss. */
  readonly lastFailure: string | undefined;
}

/** The last seconds of the observation, in which one request has to succeed. */
export const END_SECONDS = 5;

/**
 * Observes the effect of a loss in the answers of the load.
 * @param lost when the loss happened, and `end`, when the observation ended, in milliseconds since the load began
 */
export function observe(answers: readonly Answer[], lost: number, end: number): Observation[] {
  return OBSERVED.map((capability): Observation => {
    const step = STEPS[capability];
    const own = answers.filter((one) => one.step.method === step.method && one.step.path === step.path);
    const within = own.filter(({ doneAt }) => doneAt > lost && doneAt <= end);
    const failures = within.filter((one) => !isSuccess(one));
    const successes = within.filter(isSuccess).map(({ doneAt }) => doneAt);
    const last = failures
      .filter(({ sentAt }) => sentAt > lost)
      .sort((one, other) => one.sentAt - other.sentAt)
      .at(-1);
    const moments = [lost, ...successes.sort((a, b) => a - b), end];
    const silence = moments.reduce((most, moment, index) => Math.max(most, moment - (moments[index - 1] ?? moment)), 0);
    return {
      capability,
      isDown: !successes.some((moment) => moment > end - END_SECONDS * 1_000),
      awaySeconds: Math.round(Math.max((last?.sentAt ?? lost) - lost, silence) / 100) / 10,
      lostInFlight: failures.filter(({ sentAt }) => sentAt <= lost).length,
      lastFailure: last && inWords(last),
    };
  });
}

function inWords({ status, problem, sentAt, doneAt, server }: Answer): string {
  const said =
    status === undefined ? (problem ?? "no answer") : `${status}${server === undefined ? "" : ` of ${server}`}`;
  return `${said}, after ${((doneAt - sentAt) / 1_000).toFixed(1)} s`;
}
