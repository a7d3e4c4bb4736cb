import { randomBytes } from "node:crypto";
import { untilTrue } from "../../../engine/eventually.ts";
import type { Topology } from "../../../topology/plan.ts";
import type { Drill, DrillContext, Outcome } from "../drill.ts";
import { requireHealthy, untilHealthy } from "../requireHealthy.ts";
import type { TrafficDrill } from "./drill.ts";
import { type Load, startLoad } from "./load.ts";
import { excesses, failuresOf, figuresLine, figuresOf, isSuccess, limitText, serversSince } from "./measure.ts";
import { storedMessages } from "./messages.ts";

/** The load ends after this long, whatever happens. */
const MAX_SECONDS = 180;
/** Of load before anything is done: what fails then is not the drill's doing. */
const LEAD_IN_SECONDS = 2;
/** In which every server has to answer again after what was done. */
const BACK_SECONDS = 30;
/** Of load after everything is well again: what comes late is still counted. */
const SETTLE_SECONDS = 2;

/** A drill whose cost is what visitors notice of it. */
export function trafficDrill(drill: TrafficDrill): Drill {
  const { name, proves, obstacle, limit } = drill;
  return {
    name,
    proves,
    obstacle,
    limit: (stack, conditions) => limitText(limit(stack, conditions)),
    run: (context) => runUnderLoad(drill, context),
  };
}

/** Runs a drill under load and says what it cost. The messages that were posted are removed. */
async function runUnderLoad(drill: TrafficDrill, context: DrillContext): Promise<Outcome> {
  const { config, databases, rate, signal, url } = context;
  await requireHealthy(context);
  const messages = storedMessages(databases, config.mysql.database);
  const run = randomBytes(4).toString("hex");
  const load = startLoad({ url, rate, maxSeconds: MAX_SECONDS, run });
  try {
    const complaint = await underLoad(drill, context, load).then(
      () => undefined,
      (error: Error) => error.message,
    );
    const end = await load.stop();
    signal.throwIfAborted();
    const figures = figuresOf(load.answers, await messages.count(run), end);
    if (figures.failed > 0) context.say(`failed: ${failuresOf(load.answers)}`);
    return {
      line: figuresLine(drill.name, figures),
      complaints: [
        ...(complaint === undefined ? [] : [complaint]),
        ...excesses(figures, drill.limit(context, context)),
      ],
    };
  } finally {
    await load.stop();
    await messages.clear();
    await untilHealthy(context).catch((error: Error) => context.say(error.message));
  }
}

/** Whether all of the load, which comes from one address, goes to one server, whichever that is after a failure. */
function bindsVisitors({ loadBalancers: [first] }: Topology): boolean {
  return first?.affinity === "address" || first?.balance.algorithm === "source";
}

/** First nothing is done for a moment, then the drill does its work, then all who answered before have to answer again. */
async function underLoad(drill: TrafficDrill, context: DrillContext, load: Load): Promise<void> {
  const { wait } = context;
  const serversFromNow = () => {
    const since = load.elapsed();
    return () => serversSince(load.answers, since);
  };

  const usual = serversFromNow();
  await wait(LEAD_IN_SECONDS);
  const failed = load.answers.filter((answer) => !isSuccess(answer));
  if (failed.length > 0) {
    throw new Error(`${failed.length} of ${load.answers.length} requests failed before anything was done`);
  }
  const expected = bindsVisitors(context.topology) ? [] : [...usual()];

  await drill.run({ ...context, serversFromNow });

  const back = serversFromNow();
  const missing = () => expected.filter((server) => !back().has(server));
  await untilTrue(
    () => `${missing().join(", ")} gets no requests any more`,
    () => missing().length === 0,
    BACK_SECONDS,
    { wait },
  );
  await wait(SETTLE_SECONDS);
  await wait(Math.max(context.seconds - load.elapsed() / 1_000, 0));
  if (load.elapsed() > MAX_SECONDS * 1_000) throw new Error(`it took longer than ${MAX_SECONDS} s`);
}
