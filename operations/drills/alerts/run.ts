import type { Drill, DrillContext, Outcome } from "../drill.ts";
import { requireHealthy, untilHealthy } from "../requireHealthy.ts";
import type { Cause } from "./cause.ts";
import { limitsOf } from "./seconds.ts";
import { firingNow } from "./watch.ts";

/** The longest time until an alert is over after the cure: most look at two minutes, some at five. */
const OVER_SECONDS = 400;
/** Seconds between two looks. */
const LOOK_SECONDS = 0.5;

/** Makes a drill that lets something go wrong, and counts the seconds until each of its alerts fires and is over. */
export function alertDrill(cause: Cause): Drill {
  const { name, does, lastsSeconds = 0 } = cause;
  const limits = (stack: Parameters<Cause["alerts"]>[0]) => limitsOf(stack.topology, cause.alerts(stack));
  return {
    name,
    proves: `somebody is told when ${does}`,
    obstacle: (stack) =>
      stack.topology.monitoring === undefined ? "the stack is not watched: monitoring.enabled" : cause.obstacle(stack),
    limit: (stack) =>
      [...limits(stack)].map(([alert, most]) => `${alert} fires <= ${most + lastsSeconds} s`).join(", "),
    async *run(context) {
      yield* await underWatch(cause, context, limits(context));
    },
  };
}

async function underWatch(
  cause: Cause,
  context: DrillContext,
  limits: ReadonlyMap<string, number>,
): Promise<Outcome[]> {
  const { wait, say } = context;
  await requireHealthy(context);
  const names = [...limits.keys()];
  if (!(await areOver(context, names))) {
    return [{ line: `drill=${cause.name}`, complaints: [`one of its alerts fires already: ${names.join(", ")}`] }];
  }

  const fired = new Map<string, number>();
  const pages = new Set<string>();
  const most = Math.max(...limits.values()) + (cause.lastsSeconds ?? 0);
  let from = performance.now();
  let cured = from;
  await cause.produce(context, async (start) => {
    if (start === "now") from = performance.now();
    while (names.some((name) => !fired.has(name)) && since(from) < most) {
      const firing = (await firingNow(context)) ?? [];
      for (const { name } of firing) if (names.includes(name) && !fired.has(name)) fired.set(name, since(from));
      for (const { name, severity, isTold } of firing) if (severity === "page" && isTold) pages.add(name);
      await wait(LOOK_SECONDS);
    }
    cured = performance.now();
  });
  const over = cause.stays === undefined ? await ends(context, [...fired.keys()], cured) : new Map<string, number>();
  if (cause.stays !== undefined) say(`${cause.name}: the alert stays: ${cause.stays}`);
  await untilHealthy(context);

  const unexpected = [...pages].filter((name) => !names.includes(name) && !(cause.mayPage ?? []).includes(name));
  return names.map((name, index) => {
    const [at, end, limit = 0] = [fired.get(name), over.get(name), (limits.get(name) ?? 0) + (cause.lastsSeconds ?? 0)];
    return {
      line: `drill=${cause.name} alert=${name} fired_s=${text(at)} resolved_s=${text(end)}`,
      complaints: [
        ...(at === undefined ? [`${name} did not fire within ${Math.round(most)} s`] : []),
        ...(at !== undefined && at > limit ? [`${name} fired after ${text(at)} s, past its limit of ${limit} s`] : []),
        ...(at !== undefined && end === undefined && cause.stays === undefined ? [`${name} was not over`] : []),
        ...(index === 0 && unexpected.length > 0 ? [`people were also told ${unexpected.join(", ")}`] : []),
      ],
    };
  });
}

/** The seconds from the cure to the end of each alert. Those that do not end are left out. */
async function ends(
  context: DrillContext,
  names: readonly string[],
  cured: number,
): Promise<ReadonlyMap<string, number>> {
  const over = new Map<string, number>();
  while (over.size < names.length && since(cured) < OVER_SECONDS) {
    const firing = (await firingNow(context))?.map(({ name }) => name);
    for (const name of names) if (firing?.includes(name) === false && !over.has(name)) over.set(name, since(cured));
    await context.wait(LOOK_SECONDS);
  }
  return over;
}

/** Whether none of these fires, or at least will not soon. */
async function areOver(context: DrillContext, names: readonly string[]): Promise<boolean> {
  return (await ends(context, names, performance.now())).size === names.length;
}

const since = (moment: number) => (performance.now() - moment) / 1_000;
const text = (seconds: number | undefined) => seconds?.toFixed(1) ?? "-";
