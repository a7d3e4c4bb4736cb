import type Docker from "dockerode";
import { request } from "undici";
import { planTopology } from "../../topology/topology.ts";
import type { TestProject } from "../project.ts";
import { startBareProxies } from "./bareProxies.ts";
import { measureRoutes, PATHS } from "./measure.ts";
import { directRoute, PROGRAMS, stackRoute } from "./routes.ts";
import { configOfProject, letThisMachineIn } from "./stack.ts";
import { costLine, speedLine } from "./trafficFigures.ts";

export interface TrafficOptions {
  readonly engine: Docker;
  readonly project: TestProject;
  /** In which the Pulumi CLI is found. */
  readonly env: NodeJS.ProcessEnv;
  /** Of each run. */
  readonly seconds: number;
  /** Ends it early, by an error. */
  readonly signal: AbortSignal;
}

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
  try {
    const routes = {
      stack: await stackRoute(project, topology),
      bare,
      direct: await directRoute(project, topology),
    };
    for (const path of PATHS) {
      const runs = await measureRoutes(routes, { engine, path, seconds, signal });
      yield* (["stack", "bare", "direct"] as const).map((route) => speedLine(route, path, runs[route]));
      yield* PROGRAMS.map((program) => costLine(program, path, runs.stack, runs.bare));
    }
  } finally {
    await bare.remove();
  }
}

/** Stores as many messages as the page of the sample application has to show in a load. */
export async function postMessages(url: string): Promise<void> {
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
