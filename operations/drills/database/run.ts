import { untilTrue } from "../../../engine/eventually.ts";
import type { Drill, DrillContext, Outcome } from "../drill.ts";
import { requireHealthy, untilHealthy, untilInPlace } from "../requireHealthy.ts";
import { MAX_SECONDS, startWriter, type Writer } from "./container.ts";
import type { DatabaseDrill } from "./drill.ts";
import { asideText, beginOf, excesses, figuresLine, figuresOf, limitText, modeOf, troubles } from "./measure.ts";
import { promote } from "./promote.ts";
import { type StoredRows, storedRows } from "./rows.ts";

/** The longest time until the first row is acknowledged. */
const START_SECONDS = 30;
/** The time of writing before the disturbance, in which nothing may fail. */
const LEAD_IN_SECONDS = 2;
/** The longest time until every member is back in its place. */
const BACK_SECONDS = 180;
/** The time of writing after every member is back in its place. */
const SETTLE_SECONDS = 2;

/** Makes a drill that writes rows during the disturbance and counts the effects on them. */
export function databaseDrill(drill: DatabaseDrill): Drill {
  const { name, proves, obstacle, limit } = drill;
  return {
    name,
    proves,
    obstacle,
    limit: (stack, conditions) => limitText(limit(stack, conditions)),
    async *run(context) {
      yield await runUnderWrites(drill, context);
    },
  };
}

/**
 * Runs a drill while rows are written, and measures it. Afterwards the primary is the former one, and the rows are
 * removed.
 */
async function runUnderWrites(drill: DatabaseDrill, context: DrillContext): Promise<Outcome> {
  const { databases, signal, say, topology } = context;
  await requireHealthy(context);
  const primary = await databases.primary();
  const rows = storedRows(databases, topology.database);
  await rows.make();
  try {
    const writer = await startWriter(context);
    let redundantAfterMs: number;
    let complaint: string | undefined;
    let end: number;
    const began = performance.now();
    try {
      redundantAfterMs = await underWrites(drill, context, primary, writer);
    } catch (error) {
      complaint = error instanceof Error ? error.message : String(error);
      redundantAfterMs = performance.now() - began;
    } finally {
      end = await writer.stop();
    }
    signal.throwIfAborted();
    const stored = await rows.count().catch((error: Error) => {
      throw complaint === undefined ? error : new Error(`${complaint}; then: ${error.message}`);
    });
    const figures = figuresOf(writer.notes, stored, end, redundantAfterMs);
    say(asideText(figures, writer.notes));
    return {
      line: figuresLine(drill.name, modeOf(topology.cluster), figures),
      complaints: [
        ...(complaint === undefined ? [] : [complaint]),
        ...excesses(figures, drill.limit(context, context)),
      ],
    };
  } finally {
    await tidyUp(context, primary, rows).catch((error: Error) =>
      say(`the former condition is not restored: ${error.message}`),
    );
  }
}

/** Writes undisturbed for a moment, then runs the drill. Resolves to the drill's time to full redundancy. */
async function underWrites(
  drill: DatabaseDrill,
  context: DrillContext,
  primary: string,
  { notes }: Writer,
): Promise<number> {
  const { wait, seconds } = context;
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1_000;
  await untilTrue(
    () => `nothing could be written (${troubles(notes, 0).at(-1) ?? "no answer"})`,
    () => beginOf(notes) !== undefined,
    START_SECONDS,
    { wait },
  );
  await wait(LEAD_IN_SECONDS);
  const [trouble] = troubles(notes, beginOf(notes) ?? 0);
  if (trouble !== undefined) throw new Error(`before the disturbance: ${trouble}`);

  const redundantAfterMs = await drill.run({
    ...context,
    primary,
    untilInPlace: () => untilInPlace(context, BACK_SECONDS),
  });

  await wait(SETTLE_SECONDS);
  await wait(Math.max(seconds - elapsed(), 0));
  if (elapsed() > MAX_SECONDS) throw new Error(`it took longer than ${MAX_SECONDS} s`);
  return redundantAfterMs;
}

/** Makes the former primary the primary again, for the user and for the next drill, and removes the rows. */
export async function tidyUp(context: DrillContext, primary: string, rows: StoredRows): Promise<void> {
  await rows.remove();
  if ((await context.databases.primary()) !== primary) await promote(context, primary);
  await untilHealthy(context);
}
