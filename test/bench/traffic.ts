import type Docker from "dockerode";
import { request } from "undici";
import { planTopology } from "../../topology/topology.ts";
import type { TestProject } from "../project.ts";
import { startBareProxies } from "./bareProxies.ts";
import { cpuUsed } from "./cpu.ts";
import { load } from "./load.ts";
import { directRoute, PROGRAMS, type Route, stackRoute } from "./routes.ts";
import { configOfProject, letThisMachineIn } from "./stack.ts";
import { costLine, type Run, requestCost, speedLine } from "./trafficFigures.ts";

export interface TrafficOptions {
  readonly engine: Docker;
  readonly project: TestProject;
  /** Of each run. */
  readonly seconds: number;
  /** Ends it early, by an error. */
  readonly signal: AbortSignal;
}

/** The first costs the application next to nothing, the second a query. */
const PATHS = ["/version", "/api/messages"] as const;

/** Each round measures every route, so that a disturbance affects all of them. */
const ROUNDS = 3;
const WARM_UP_SECONDS = 2;
/** Stored before the load, so that there is something to answer with. */
const MESSAGES = 20;

/**
 * What the stack's proxies cost: beside the same programs with the least of configuration, and beside none. Yields a
 * line for each figure.
 */
export async function* benchTraffic({ engine, project, seconds, signal }: TrafficOptions): AsyncGenerator<string> {
  const topology = planTopology(await configOfProject(project));
  await postMessages(project.url);
  await letThisMachineIn(engine, topology);
  const bare = await startBareProxies(engine, topology);

  const measure = async (route: Route, path: string, seconds: number): Promise<Run> => {
    const before = await cpuUsed(engine, route);
    const figures = await load({ origins: route.origins, path, seconds, signal });
    return { ...figures, cost: requestCost(figures, before, await cpuUsed(engine, route)) };
  };

  try {
    const stack = await stackRoute(project, topology);
    const direct = await directRoute(project, topology);
    for (const path of PATHS) {
      const round = async (seconds: number) => ({
        stack: await measure(stack, path, seconds),
        bare: await measure(bare, path, seconds),
        direct: await measure(direct, path, seconds),
      });
      await round(WARM_UP_SECONDS);
      const rounds: Awaited<ReturnType<typeof round>>[] = [];
      for (let count = 0; count < ROUNDS; count++) rounds.push(await round(seconds));
      const runs = (route: "stack" | "bare" | "direct") => rounds.map((round) => round[route]);
      yield* (["stack", "bare", "direct"] as const).map((route) => speedLine(route, path, runs(route)));
      yield* PROGRAMS.map((program) => costLine(program, path, runs("stack"), runs("bare")));
    }
  } finally {
    await bare.remove();
  }
}

async function postMessages(url: string): Promise<void> {
  for (let number = 1; number <= MESSAGES; number++) {
    const { statusCode, body } = await request(`${url}/api/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ author: "bench", text: `message ${number}` }),
    });
    await body.dump();
    if (statusCode !== 201) throw new Error(`a message was answered with ${statusCode}`);
  }
}
