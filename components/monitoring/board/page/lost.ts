import type { NoAnswer } from "./ask.ts";
import type { Snapshot } from "./snapshot.ts";
import { clock, duration } from "./text.ts";

/** Seconds for which figures may be shown without newer ones: three questions. */
const FRESH_SECONDS = 15;

/** The page in place of figures, in words. */
export interface Lost {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What the page has last heard. */
export interface Heard {
  readonly snapshot: Snapshot;
  /** Seconds since then, by this machine's clock. */
  readonly secondsAgo: number;
}

/**
 * Why no figures can be shown. undefined: those that were heard last are fresh.
 * @param heard undefined: nothing was heard yet
 * @param failure why the last question was not answered; undefined: it was
 */
export function lostOf(heard: Heard | undefined, failure: NoAnswer["by"] | undefined): Lost | undefined {
  if (heard === undefined || heard.secondsAgo > FRESH_SECONDS) {
    if (heard === undefined && failure === undefined) return undefined;
    return {
      title: failure === "board" ? "The board does not answer" : "Prometheus does not answer",
      lines: [heard === undefined ? "It has not answered yet." : lastAnswer(heard), INSTEAD],
    };
  }
  const { samples, at } = heard.snapshot;
  const [age] = samples.age ?? [];
  if (age === undefined) {
    return { title: "There are no figures yet", lines: [`Prometheus answers at ${clock(at)}, and has none.`, INSTEAD] };
  }
  const limit = OLD_SECONDS;
  if (age.value <= limit) return undefined;
  return {
    title: "Prometheus gets no figures",
    lines: [`Its newest ones are of ${clock(at - age.value)}, ${duration(age.value)} ago.`, INSTEAD],
  };
}

/** Seconds after which Prometheus's own figures are too old to be shown: the longest pause between two is a minute. */
const OLD_SECONDS = 90;

const INSTEAD = "How the stack is, is not known here. npm run status asks it directly.";

function lastAnswer({ snapshot, secondsAgo }: Heard): string {
  return `The last answer came at ${clock(snapshot.at)}, ${duration(Math.floor(secondsAgo))} ago.`;
}
