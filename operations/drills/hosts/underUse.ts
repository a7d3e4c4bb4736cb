import { randomBytes } from "node:crypto";
import { answersNow } from "../../../engine/client.ts";
import { eventually, untilTrue, within } from "../../../engine/eventually.ts";
import { endSharedLogin } from "../../../engine/sharedLogin.ts";
import { MAX_SECONDS, startWriter, type Writer } from "../database/container.ts";
import { asideText, beginOf, figuresOf as rowFigures, troubles } from "../database/measure.ts";
import { storedRows } from "../database/rows.ts";
import { tidyUp } from "../database/run.ts";
import type { DrillContext } from "../drill.ts";
import { problemsIn, requireHealthy } from "../requireHealthy.ts";
import { isIssuedByStack } from "../traffic/certificates.ts";
import { connectionsAllowed, type Load, startLoad } from "../traffic/load.ts";
import { failuresOf, isSuccess } from "../traffic/measure.ts";
import { readingStepAt } from "../traffic/requests.ts";
import type { HostFault } from "./faults.ts";
import { type Figures, siteAway, visitorFigures, writerFigures } from "./measure.ts";
import { act, type Machines, repair } from "./power.ts";
import type { Target } from "./targets.ts";

/** The longest time until the first row is acknowledged. */
const START_SECONDS = 30;
/** The time of use before the fault, in which nothing may fail. */
const LEAD_IN_SECONDS = 2;
/** The longest time until an engine answers: one that boots first attaches its containers to their networks. */
const BOOT_SECONDS = 180;
/** The longest time from then until the stack is whole. */
const WHOLE_SECONDS = 240;
/** The longest time for one look at the stack. */
const LOOK_SECONDS = 30;
/** The time of use after the stack is whole. */
const SETTLE_SECONDS = 3;

/** What a fault has cost, and what went wrong otherwise. */
interface Cost {
  readonly figures: Figures;
  readonly complaint: string | undefined;
}

/** The course of a fault, in milliseconds since the load began; undefined: it did not come to that. */
interface Course {
  /** When the machine was hit. */
  lost?: number;
  /** When it was switched on, or connected again. */
  returning?: number;
  /** When its engine answered, or it was repaired. */
  answered?: number;
  whole?: number;
}

/**
 * Hits a machine while visitors read and rows are written, and measures it. Afterwards the primary is the former one,
 * and the rows are removed.
 * @throws Error if the stack is not healthy before, and if the user stops the drill
 */
export async function underUse(
  fault: HostFault,
  target: Target,
  machines: Machines,
  context: DrillContext,
): Promise<Cost> {
  const { databases, rate, say, signal, topology, ca } = context;
  await requireHealthy(context);
  const primary = await databases.primary();
  const rows = storedRows(databases, topology.database);
  await rows.make();
  try {
    const writer = await startWriter({ ...context, rate: rate / 2 }, target.writeBeside);
    const load = startLoad({
      url: topology.url,
      ca: isIssuedByStack(topology) ? ca : undefined,
      rate: rate / 2,
      maxSeconds: MAX_SECONDS,
      run: randomBytes(4).toString("hex"),
      step: readingStepAt,
      maxConnections: connectionsAllowed(topology),
    });
    const course: Course = {};
    const [complaint] = await Promise.allSettled([inUse(fault, target, machines, context, course, load, writer)]);
    const [end, writesEnd] = await Promise.all([load.stop(), writer.stop()]);
    signal.throwIfAborted();
    const stored = await rows.count();
    const { lost = end, returning = end, answered = lost, whole = end } = course;
    const away = target.isSite ? siteAway(load.answers, lost, returning, end) : undefined;
    const visitors = visitorFigures(load.answers, end, away);
    if (visitors.failed > 0) say(`failed: ${failuresOf(load.answers)}`);
    say(asideText(rowFigures(writer.notes, stored, writesEnd, 0), writer.notes));
    return {
      figures: {
        ...visitors,
        ...writerFigures(writer.notes, stored, writesEnd),
        wholeAfterMs: Math.ceil(whole - answered),
      },
      complaint: complaint.status === "fulfilled" ? undefined : String(complaint.reason?.message ?? complaint.reason),
    };
  } finally {
    await tidyUp(context, primary, rows).catch((error: Error) =>
      say(`the former condition is not restored: ${error.message}`),
    );
  }
}

/** Uses the stack undisturbed for a moment, then hits the machine, and waits until all is as before. */
async function inUse(
  fault: HostFault,
  target: Target,
  machines: Machines,
  context: DrillContext,
  course: Course,
  load: Load,
  { notes }: Writer,
): Promise<void> {
  const { wait, seconds } = context;
  await untilTrue(
    () => `nothing could be written (${troubles(notes, 0).at(-1) ?? "no answer"})`,
    () => beginOf(notes) !== undefined,
    START_SECONDS,
    { wait },
  );
  await wait(LEAD_IN_SECONDS);
  const failed = load.answers.filter((answer) => !isSuccess(answer)).length;
  if (failed > 0) throw new Error(`${failed} of ${load.answers.length} requests failed before the fault`);
  const [trouble] = troubles(notes, beginOf(notes) ?? 0);
  if (trouble !== undefined) throw new Error(`before the fault: ${trouble}`);

  const switched = await strike(fault, target, machines, context, course, load);
  await untilWhole(context);
  course.whole = load.elapsed();
  await switched.ended;

  await wait(SETTLE_SECONDS);
  await wait(Math.max(seconds - load.elapsed() / 1_000, 0));
  if (load.elapsed() > MAX_SECONDS * 1_000) throw new Error(`it took longer than ${MAX_SECONDS} s`);
}

/** The program that lets a machine come back; it may take longer than the machine. */
interface Switching {
  readonly ended: Promise<void>;
}

/** Hits a machine and lets it come back; resolves when its engine answers, or is repaired. */
async function strike(
  fault: HostFault,
  target: Target,
  machines: Machines,
  context: DrillContext,
  course: Course,
  load: Load,
): Promise<Switching> {
  const { machine, name, title } = target;
  const { wait, say, signal } = context;
  const hold = fault.holdSeconds(machines);
  say(`${title}: ${fault.doing}${hold > 0 ? ` for ${hold} s` : ""}`);
  let switched: Promise<void> | undefined;
  let isBack = false;
  try {
    course.lost = load.elapsed();
    await act(machines, fault.begin, name);
    await endSharedLogin(machine.endpoint);
    await wait(hold);
    course.returning = load.elapsed();
    switched = act(machines, fault.end, name);
    await untilAnswers(target, context, switched);
    isBack = true;
  } finally {
    if (!isBack) {
      await switched?.catch(() => undefined);
      await act(machines, fault.undo, name).catch((error: Error) => say(error.message));
    }
  }
  await endSharedLogin(machine.endpoint);
  course.answered = load.elapsed();
  say(`${title}: its engine answers`);
  if (fault.isEmptied) {
    await switched;
    await repair(machines, name);
    signal.throwIfAborted();
    course.answered = load.elapsed();
    say(`${title}: repaired`);
  }
  return { ended: switched };
}

/** @param switched ends the waiting if it fails; a program may end long before or after the engine answers */
async function untilAnswers(
  { machine, title }: Target,
  { wait }: DrillContext,
  switched: Promise<void>,
): Promise<void> {
  let failure: unknown;
  switched.catch((error) => {
    failure = error;
  });
  await untilTrue(
    `the engine of ${title} does not answer`,
    () => failure !== undefined || answersNow(machine),
    BOOT_SECONDS,
    { everySeconds: 0.25, wait },
  );
  if (failure !== undefined) throw failure;
}

/** Waits until every container of the stack is healthy and every database is in its place. */
async function untilWhole(context: DrillContext): Promise<void> {
  let said = "";
  const look = async () => {
    const problems = (await within(LOOK_SECONDS, problemsIn(context))).join("; ");
    if (problems === "") return;
    if (problems !== said) context.say(`not yet: ${problems}`);
    said = problems;
    throw new Error(`the stack is not whole after ${WHOLE_SECONDS} s: ${problems}`);
  };
  await eventually(look, WHOLE_SECONDS, { everySeconds: 1, wait: context.wait });
}
