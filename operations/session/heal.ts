import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Found, findOnEngine } from "../../ownership/found.ts";
import { type Known, knownToExport } from "../../ownership/known.ts";
import { doubtText, foreignText, leftText } from "../../ownership/report.ts";
import { type Sorted, sort } from "../../ownership/sort.ts";
import { cli, isWithoutStack } from "../stack/cli.ts";
import { stackEngine } from "../stack/needs.ts";
import { PROJECT } from "../stack/project.ts";
import { agreementText, REMOVE_LEFTOVERS, refuseBusy } from "./busy.ts";
import { confirm } from "./confirm.ts";
import { removeFound } from "./leftovers.ts";
import { type Lock, readLocks, removeLock } from "./locks.ts";
import type { Session } from "./pulumi.ts";
import { say } from "./terminal.ts";

type Looking = Pick<Session, "stack" | "reference" | "env" | "backend">;

/** A session whose stack is healed. */
interface Healed {
  /** With the options that are the CLI's. */
  readonly session: Session;
  /** The state's knowledge before the CLI runs. */
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
 * Removes the leftovers of an interrupted run: a lock whose owner is dead, operations without an end, and containers,
 * networks and volumes of files that the state does not know. They would hold names, ports and subnets. Data are never
 * touched. Beside a stack of another state nothing is touched. Containers at work are removed only after a question. With
 * a backend that does not show its locks, leftovers look like the work of another run: they are only named.
 * @throws Error where another state has the stack, and where a person does not agree or cannot be asked
 */
export async function heal(session: Session): Promise<Healed> {
  const rest = session.rest.filter((arg) => arg !== REMOVE_LEFTOVERS);
  const isAllowed = rest.length < session.rest.length;
  const healed = (known: Known) => ({ known, session: { ...session, rest } });
  const agreed = new Set<string>();
  for (;;) {
    const view = await lookAtRest(session);
    // The CLI names the run that is at work.
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
 * For commands that act on a stack's containers. Resolves to the state's knowledge.
 * @throws Error where another state has the stack
 */
export async function requireOwn(session: Looking): Promise<Known> {
  const view = await look(session);
  refuseForeign(session, view);
  return view.known;
}

/**
 * For commands that stop what the CLI then brings up again: it must not find then that it may not. Resolves to the
 * state's knowledge.
 * @param isAllowed whether what may be in use can be removed
 * @throws Error where another state has the stack, another run is at work on it, or something may be
 */
export async function requireQuiet(session: Looking, isAllowed: boolean): Promise<Known> {
  const view = await look(session);
  refuseForeign(session, view);
  // Where locks cannot be seen, leftovers look like the work of another run, and do not stop the CLI.
  const doubtful = isAllowed || session.backend.folder === undefined ? [] : view.doubtful;
  refuseBusy(session.reference, view.locks, doubtful);
  return view.known;
}

/** The most looks until two in a row find the same, and the time between them. */
const LOOKS = 10;
const BETWEEN_LOOKS_MS = 1_000;

/** An engine goes on making what a run has asked it for that was killed meanwhile. */
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
 * The engine is asked first, then the state, then the locks. A container of the first answer is known to the second,
 * unless a run is making it now, and that run holds its lock at the third.
 */
async function look(session: Looking): Promise<View> {
  const { stack, backend } = session;
  const found = await findOnEngine(await stackEngine(stack), PROJECT).catch(() => undefined);
  const known = knownToExport(await exportOf(session));
  const locks = backend.folder === undefined ? [] : await readLocks(backend.folder, stack);
  return { known, locks, isComplete: found !== undefined, ...sort(found ?? [], stack, known) };
}

/** The state as the CLI exports it. A stack that it does not have has nothing, and what is on the engine is another's. */
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
  await removeFound(await stackEngine(session.stack), [...leftovers, ...doubtful]);
  // A noted operation names the resource that it may have made: it is forgotten when that resource is gone.
  if (!known.isUnfinished || !isComplete) return;
  say("forgetting the operations that the last run did not finish");
  // Read again, because a state that is put back replaces the present one.
  const state = JSON.parse(await cli(session, ["stack", "export"]));
  delete state.deployment?.pending_operations;
  await cli(session, ["stack", "import"], JSON.stringify(state));
}
