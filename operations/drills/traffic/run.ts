import { randomBytes } from "node:crypto";
import { untilTrue } from "../../../engine/eventually.ts";
import type { Topology } from "../../../topology/plan.ts";
import type { Drill, DrillContext, Outcome } from "../drill.ts";
import { requireHealthy, untilHealthy } from "../requireHealthy.ts";
import { isIssuedByStack } from "./certificates.ts";
import type { TrafficDrill } from "./drill.ts";
import { connectionsAllowed, type Load, startLoad } from "./load.ts";
import { excesses, failuresOf, figuresLine, figuresOf, isSuccess, limitText, serversSince } from "./measure.ts";
import { storedMessages } from "./messages.ts";

/** Seconds after which the load ends, whatever happens. */
const MAX_SECONDS = 180;
/** Seconds of load before the drill begins: failures in that time are not due to the drill. */
const LEAD_IN_SECONDS = 2;
/** Seconds in which every server has to answer again after the drill's work. */
const BACK_SECONDS = 30;
/** Seconds of load after all servers answer again, so that late failures are counted. */
const SETTLE_SECONDS = 2;

/** A drill that is judged by the requests of visitors. */
export function trafficDrill(drill: TrafficDrill): Drill {
  const { name, proves, obstacle, limit } = drill;
  return {
    name,
    proves,
    obstacle,
    limit: (stack, conditions) => limitText(limit(stack, conditions)),
    async *run(context) {
      yield await runUnderLoad(drill, context);
    },
  };
}

/** Runs a drill under load and returns its figures. Removes the posted messages. */
async function runUnderLoad(drill: TrafficDrill, context: DrillContext): Promise<Outcome> {
  const { config, databases, rate, signal, topology, url, ca } = context;
  await requireHealthy(context);
  const messages = storedMessages(databases, config.mysql.database);
  const run = randomBytes(4).toString("hex");
  const load = startLoad({
    url: drill.byHttps ? topology.secureUrl : url,
    ca: isIssuedByStack(topology) ? ca : undefined,
    rate,
    maxSeconds: MAX_SECONDS,
    run,
    maxConnections: connectionsAllowed(topology),
  });
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

/** Whether the load, which comes from one address, goes to a single server, which may change with a failure. */
function bindsVisitors({ loadBalancers: [first] }: Topology): boolean {
  return first?.affinity === "address" || first?.balance.algorithm === "source";
}

/** Waits a moment, runs the drill, then waits until all servers that answered before answer again. */
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
    throw new Error(`${failed.length} of ${load.answers.length} requests failed before the drill began`);
  }
  const expected = bindsVisitors(context.topology) ? [] : [...usual()];

  await drill.run({ ...context, serversFromNow });

  const back = serversFromNow();
  const missing = () => expected.filter((server) => !back().has(server));
  await untilTrue(
    () => `no more answers from ${missing().join(", ")}`,
    () => missing().length === 0,
    BACK_SECONDS,
    { wait },
  );
  await wait(SETTLE_SECONDS);
  await wait(Math.max(context.seconds - load.elapsed() / 1_000, 0));
  if (load.elapsed() > MAX_SECONDS * 1_000) throw new Error(`the drill took longer than ${MAX_SECONDS} s`);
}
