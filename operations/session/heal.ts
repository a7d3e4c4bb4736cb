import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Found, type Located, locate, onceEach } from "../../ownership/found.ts";
import { type Known, knownToExport } from "../../ownership/known.ts";
import { doubtText, foreignText, leftText } from "../../ownership/report.ts";
import { type Sorted, sort } from "../../ownership/sort.ts";
import { cli, isWithoutStack } from "../stack/cli.ts";
import { atAll, stackEngines } from "../stack/engines.ts";
import { PROJECT } from "../stack/project.ts";
import { removeBrokenAttributes } from "./attributes.ts";
import { agreementText, isBusy, REMOVE_LEFTOVERS, refuseBusy } from "./busy.ts";
import { confirm } from "./confirm.ts";
import { removeFound } from "./leftovers.ts";
import { type Lock, readLocks, removeLock } from "./locks.ts";
import type { Session } from "./pulumi.ts";
import { say } from "./terminal.ts";

type Looking = Pick<Session, "stack" | "reference" | "env" | "backend">;

/** A session after the leftovers of interrupted runs are removed. */
interface Healed {
  /** The session with the CLI's options alone. */
  readonly session: Session;
  /** The state's knowledge before the CLI runs. */
  readonly known: Known;
}

/** A stack as its engine and its state describe it. */
interface View extends Sorted<Located> {
  readonly known: Known;
  /** Whether all engines have answered. If one has not, the program reports that, with the cure. */
  readonly isComplete: boolean;
  /** The locks on the stack, as far as the backend shows them. */
  readonly locks: readonly Lock[];
}

/**
 * Removes the leftovers of an interrupted run: a lock whose owner is dead, unfinished operations, and containers,
 * networks and file volumes that the state does not know. They would occupy names, ports and subnets. Data volumes are
 * never removed. If the stack belongs to another state, nothing is removed. Running containers are removed only with a
 * person's consent. If the backend does not show its locks, leftovers cannot be told from the work of another run: they
 * are only named.
 * @throws Error if the stack belongs to another state, or if a person does not agree or cannot be asked
 */
export async function heal(session: Session): Promise<Healed> {
  const rest = session.rest.filter((arg) => arg !== REMOVE_LEFTOVERS);
  const isAllowed = rest.length < session.rest.length;
  const healed = (known: Known) => ({ known, session: { ...session, rest } });
  const agreed = new Set<string>();
  for (;;) {
    const view = await lookAtRest(session);
    // The CLI then names the run that holds the lock.
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
    // Things may change while a person thinks: the stack is looked at again.
    for (const { id } of unasked) agreed.add(id);
  }
}

/**
 * Makes sure that the stack belongs to this state, for commands that act on its containers. Resolves to the state's
 * knowledge of the engine.
 * @throws Error if the stack belongs to another state
 */
export async function requireOwn(session: Looking): Promise<Known> {
  const view = await look(session);
  refuseForeign(session, view);
  return view.known;
}

/**
 * Makes sure that nothing can stop the next `up`, for commands that stop containers which that `up` starts again.
 * Resolves to the state's knowledge of the engine.
 * @param isAllowed whether parts that the state does not know may be removed although they may be in use
 * @throws Error if the stack belongs to another state, if another run is at work on it, or if there are such parts
 */
export async function requireQuiet(session: Looking, isAllowed: boolean): Promise<Known> {
  const view = await look(session);
  refuseForeign(session, view);
  // If the backend does not show its locks, leftovers are only named, and do not stop the CLI.
  const doubtful = isAllowed || session.backend.folder === undefined ? [] : view.doubtful;
  refuseBusy(session.reference, view.locks, doubtful);
  return view.known;
}

/** The maximum number of looks at the engine until two in a row agree, and the pause between two looks. */
const LOOKS = 10;
const BETWEEN_LOOKS_MS = 1_000;

/** Looks at a stack until it stands still: an engine goes on with the last requests of a run that was killed. */
async function lookAtRest(session: Looking): Promise<View> {
  let view = await look(session);
  for (let looks = 1; view.known.isUnfinished && looks < LOOKS; looks++) {
    await sleep(BETWEEN_LOOKS_MS);
    const next = await look(session);
    if (isDeepStrictEqual(idsIn(next), idsIn(view))) return next;
    view = next;
  }
  return view;
}

function idsIn({ foreign, leftovers, doubtful }: Sorted): string[] {
  return [...foreign, ...leftovers, ...doubtful].map(({ id }) => id).sort();
}

/**
 * Asks the engine first, then the state, then the locks. The state knows each container that the engine has named,
 * unless a run is making that container now; and such a run still holds its lock.
 */
async function look(session: Looking): Promise<View> {
  const { stack, backend } = session;
  const engines = await stackEngines(stack);
  const { results, failed } = await atAll(engines, ({ client }) => locate(client, PROJECT));
  await mendState(session);
  const known = knownToExport(await exportOf(session));
  const locks = backend.folder === undefined ? [] : await readLocks(backend.folder, stack);
  return { known, locks, isComplete: failed.length === 0, ...sort(onceEach(results.flat()), stack, known) };
}

/** Makes a state readable that a killed run has left; not while a run is at work. */
async function mendState(session: Looking): Promise<void> {
  const { stack, backend } = session;
  if (backend.folder === undefined || (await isBusy(session))) return;
  for (const name of await removeBrokenAttributes(backend.folder, stack)) {
    say(`the last run was killed while it saved the state; removing ${name}, which it left half-written`);
  }
}

/**
 * The state as the CLI exports it. A stack that the CLI does not have has an empty state: all on the engine is
 * another's.
 */
async function exportOf(session: Looking): Promise<string> {
  return cli(session, ["stack", "export"]).catch((error: Error) => {
    if (isWithoutStack(error)) return "{}";
    throw error;
  });
}

function refuseForeign({ stack, backend }: Looking, { foreign, known: { state } }: View): void {
  if (foreign.length > 0) throw new Error(foreignText(stack, foreign, { state, place: backend.summary }));
}

async function requireAgreement(isAllowed: boolean, found: readonly Found[]): Promise<void> {
  if (isAllowed) return;
  say(doubtText(found));
  if (await confirm("Remove it, to go on?")) return;
  throw new Error(`nothing was touched
    allowed:   ${agreementText(found)}`);
}

async function putRight(session: Session, { leftovers, doubtful, locks, known, isComplete }: View): Promise<void> {
  if (locks.length > 0) {
    say("the last run was interrupted and left a lock whose owner is gone; removing it");
    await Promise.all(locks.map(removeLock));
  }
  await removeFound([...leftovers, ...doubtful]);
  // An unfinished operation names the resource that it may have made. It may be forgotten once that resource is gone.
  if (!known.isUnfinished || !isComplete) return;
  say("forgetting the operations that the last run did not finish");
  // The state is read again, because the import replaces the present state.
  const state = JSON.parse(await cli(session, ["stack", "export"]));
  delete state.deployment?.pending_operations;
  await cli(session, ["stack", "import"], JSON.stringify(state));
}
