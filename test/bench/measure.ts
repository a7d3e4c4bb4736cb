import type Docker from "dockerode";
import { cpuUsed, type PerProgram } from "./cpu.ts";
import { load } from "./load.ts";
import type { Route } from "./routes.ts";
import { type Run, requestCost } from "./trafficFigures.ts";

/** The first costs the application next to nothing, the second a query. */
export const PATHS = ["/version", "/api/messages"] as const;

const WARM_UP_SECONDS = 2;
const ROUNDS = 3;

export interface RoundsOptions {
  readonly engine: Docker;
  readonly path: string;
  /** Of each run. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/**
 * Loads each of the routes several times, after a run that does not count. Each round measures every route, so that a
 * disturbance affects all of them.
 */
export async function measureRoutes<Name extends string>(
  routes: Readonly<Record<Name, Route>>,
  { engine, path, seconds, signal }: RoundsOptions,
): Promise<Readonly<Record<Name, readonly Run[]>>> {
  const measure = async (route: Route, seconds: number): Promise<Run> => {
    let before: PerProgram = { haproxy: 0, nginx: 0 };
    const begin = async () => {
      before = await cpuUsed(engine, route);
    };
    const figures = await load({ ...route, path, seconds, begin, signal });
    return { ...figures, cost: requestCost(figures, before, await cpuUsed(engine, route)) };
  };
  const all = Object.entries<Route>(routes);
  const runs = new Map<string, Run[]>(all.map(([name]) => [name, []]));
  for (const [, route] of all) await measure(route, WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, route] of all) runs.get(name)?.push(await measure(route, seconds));
  }
  return Object.fromEntries(runs) as Record<Name, Run[]>;
}
