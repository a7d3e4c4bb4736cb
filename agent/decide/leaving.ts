import type { Decision } from "../step.ts";
import { type Seen, take, wait } from "./decision.ts";

/**
 * Ends the receiving and waits until everything is applied: what was received and confirmed may exist nowhere else, and
 * the relay log goes with the source. undefined: that is done, or there is no source.
 */
export function beforeLeaving(seen: Seen, when: string): Decision | undefined {
  const { own } = seen;
  if (own.source === undefined) return undefined;
  if (own.isReceiving) {
    return take(seen, { do: "stop-receiver" }, `receiving no more from ${own.source}`, `everything is applied ${when}`);
  }
  if (own.unapplied.isEmpty) return undefined;
  const text =
    own.cannotApply === undefined
      ? `applying the received transactions, ${when}: left are ${own.unapplied}`
      : `the received transactions must be applied, ${when}, and cannot be: ${own.cannotApply}`;
  return wait(seen, "starting", text, "received transactions may exist nowhere else");
}
