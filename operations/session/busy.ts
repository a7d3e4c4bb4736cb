import type { Found } from "../../ownership/found.ts";
import { doubtText, removal } from "../../ownership/report.ts";
import { type Lock, readLocks } from "./locks.ts";
import type { Machine } from "./machine.ts";

/** The option that answers the question of `up`, `down` and `restore` with yes. It is not an option of the CLI. */
export const REMOVE_LEFTOVERS = "--remove-leftovers";

/** The two ways to remove parts of a stack that are removed only with a person's consent. */
export function agreementText(found: readonly Found[]): string {
  return `${REMOVE_LEFTOVERS}, which removes it without a question; or by hand: ${removal(found)}`;
}

/**
 * Refuses to begin work that would have to be broken off half-way.
 * @param reference the stack's name as the user wrote it
 * @param doubtful parts of the stack that the state does not know and that may be in use
 * @throws Error if another run is at work on the stack, or if there are doubtful parts
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

/** Whether another run is at work on a stack, as far as its backend shows. */
export async function isBusy({
  stack,
  backend,
}: Pick<Machine, "backend"> & { readonly stack: string }): Promise<boolean> {
  if (backend.folder === undefined) return false;
  return (await readLocks(backend.folder, stack)).some(({ isAlive }) => isAlive);
}
