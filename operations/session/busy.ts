import type { Found } from "../../ownership/found.ts";
import { doubtText, removal } from "../../ownership/report.ts";
import type { Lock } from "./locks.ts";

/** The option that answers the question of `up`, `down` and `restore` with yes. The CLI does not know it. */
export const REMOVE_LEFTOVERS = "--remove-leftovers";

/** What may be removed only where a person agrees, and how to do that. */
export function agreementText(found: readonly Found[]): string {
  return `${REMOVE_LEFTOVERS}, which removes it without a question; or by hand: ${removal(found)}`;
}

/**
 * Refuses to begin what would be broken off half-way.
 * @param reference the stack as the user said it
 * @param doubtful what may be in use and is not known to the state
 * @throws Error where another run is at work on the stack, or something may be
 */
export function refuseBusy(reference: string, locks: readonly Lock[], doubtful: readonly Found[]): void {
  if (locks.some(({ isAlive }) => isAlive)) {
    throw new Error(`another run is at work on the stack ${reference}; nothing was touched
    cure:      wait for its end; npm run preview -- --stack ${reference} says whose it is`);
  }
  if (doubtful.length === 0) return;
  throw new Error(`${doubtText(doubtful)}
    allowed:   ${agreementText(doubtful)}`);
}
