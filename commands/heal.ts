import { type Found, findOnEngine } from "../ownership/found.ts";
import { type Known, knownToExport } from "../ownership/known.ts";
import { doubtText, foreignText, leftText, removal } from "../ownership/report.ts";
import { type Sorted, sort } from "../ownership/sort.ts";
import { engineClient } from "../preflight/engine.ts";
import { cli } from "./cli.ts";
import { confirm } from "./confirm.ts";
import { removeFound } from "./leftovers.ts";
import { type Lock, readLocks, removeLock } from "./locks.ts";
import type { Session } from "./pulumi.ts";
import { PROJECT, say, stackNeeds } from "./settings.ts";

/** Allows without a question what `up` and `down` else ask for; the CLI does not know it. */
export const REMOVE_LEFTOVERS = "--remove-leftovers";

type Looking = Pick<Session, "stack" | "reference" | "env" | "backend">;

/** What is known before the CLI runs. */
interface Healed {
  readonly session: Session;
  readonly known: Known;
}

/** A stack as its engine and its state have it. */
interface View extends Sorted {
  readonly known: Known;
  /** Whether the engine could be asked; if not, the program says so, and how to mend it. */
  readonly isComplete: boolean;
  /** Those that a backend shows. */
  readonly locks: readonly Lock[];
}

/**
 * Puts right what an interrupted run left: a lock whose owner is dead, operations without an end, and what the engine has
 * and the state does not know, which would hold names, ports and subnets. Data are never touched. Nothing at all is
 * touched beside a stack of another state, and what is at work only with a person's word. With a backend that does not
 * show its locks nobody can tell what was left from what is being made, so it is said and left to the CLI.
 * @returns the session for the CLI, and what the state knew
 * @throws Error where the stack is another state's, and where nobody has said that what is at work may go
 */
export async function heal(session: Session): Promise<Healed> {
  const rest = session.rest.filter((arg) => arg !== REMOVE_LEFTOVERS);
  const isAllowed = rest.length < session.rest.length;
  const healed = (known: Known) => ({ known, session: { ...session, rest } });
  const agreed = new Set<string>();
  for (;;) {
    const view = await look(session);
    // The CLI says who is at work.
    if (view.locks.some(({ isAlive }) => isAlive)) return healed(view.known);
    refuseForeign(session, view);
    if (session.backend.folder === undefined) {
      const left = [...view.leftovers, ...view.doubtful];
      if (left.length > 0) say(leftText(left));
      return healed(view.known);
    }
    const unasked = view.doubtful.filter(({ id }) => !agreed.has(id));
    if (unasked.length === 0) {
      await putRight(session, view);
      return healed(view.known);
    }
    await requireAgreement(isAllowed, unasked);
    // The world goes on while a person thinks: it is looked at again.
    for (const { id } of unasked) agreed.add(id);
  }
}

/**
 * For commands that act on a stack's containers. Resolves to what the state knows.
 * @throws Error where they are another state's
 */
export async function requireOwn(session: Looking): Promise<Known> {
  const view = await look(session);
  refuseForeign(session, view);
  return view.known;
}

/**
 * The engine is asked first, then the state, then the locks: what was made before the first answer is in the second,
 * unless a run was at work that still holds its lock at the third.
 */
async function look(session: Looking): Promise<View> {
  const { stack, backend } = session;
  const { endpoint } = await stackNeeds(stack);
  const found = await findOnEngine(engineClient(endpoint), PROJECT).catch(() => undefined);
  const known = knownToExport(await cli(session, ["stack", "export"]));
  const locks = backend.folder === undefined ? [] : await readLocks(backend.folder, stack);
  return { known, locks, isComplete: found !== undefined, ...sort(found ?? [], stack, known) };
}

function refuseForeign({ stack, backend }: Looking, { foreign, known: { state } }: View): void {
  if (foreign.length > 0) throw new Error(foreignText(stack, foreign, { state, place: backend.summary }));
}

async function requireAgreement(isAllowed: boolean, found: readonly Found[]): Promise<void> {
  if (isAllowed) return;
  say(doubtText(found));
  if (await confirm("Remove it, to go on?")) return;
  throw new Error(`nothing was touched
    allowed:   ${REMOVE_LEFTOVERS}, which removes it without a question; or by hand: ${removal(found)}`);
}

async function putRight(session: Session, { leftovers, doubtful, locks, known, isComplete }: View): Promise<void> {
  if (locks.length > 0) {
    say("the last run was interrupted and left a lock whose owner is gone; removing it");
    await Promise.all(locks.map(removeLock));
  }
  const { endpoint } = await stackNeeds(session.stack);
  await removeFound(engineClient(endpoint), [...leftovers, ...doubtful]);
  // An operation that is noted tells what it may have made: it is forgotten when that is gone.
  if (!known.isUnfinished || !isComplete) return;
  say("forgetting the operations that the last run did not finish");
  // Read again: what is put back must be what is there.
  const state = JSON.parse(await cli(session, ["stack", "export"]));
  delete state.deployment?.pending_operations;
  await cli(session, ["stack", "import"], JSON.stringify(state));
}
