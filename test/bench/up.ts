import { join } from "node:path";
import type Docker from "dockerode";
import { type ComposeProgram, provideCompose } from "../../bootstrap/compose.ts";
import { say } from "../../operations/session/terminal.ts";
import { planTopology } from "../../topology/topology.ts";
import { answers } from "../engine.ts";
import { createProject, type TestProject } from "../project.ts";
import { deriveCompose } from "./compose/derive.ts";
import { type Compose, composeOf, UP } from "./compose/run.ts";
import { figureLine, machineLoad } from "./figures.ts";
import { changeApplication } from "./release.ts";
import { configOfProject } from "./stack.ts";
import { timed, timedUnderLoad } from "./timed.ts";
import { type Cost, type Measured, type Step, upTable } from "./upTable.ts";

export interface UpOptions {
  readonly engine: Docker;
  /** In which the Pulumi CLI is found. */
  readonly env: NodeJS.ProcessEnv;
  readonly rounds: number;
  readonly signal: AbortSignal;
}

/**
 * What `up`, a release of both applications and `down` cost, beside Docker Compose with the same images, containers and
 * files. Each round has a stack of its own. Yields a line for each step, then a table.
 */
export async function* benchUp(options: UpOptions): AsyncGenerator<string> {
  const program = await provideCompose(say);
  yield figureLine("up", { compose: program.version, program: program.command.join("_") });
  const measured: Measured[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for await (const figure of oneRound(program, options)) {
      measured.push(figure);
      yield costLine(round, figure);
    }
  }
  yield* upTable(measured);
}

function costLine(round: number, { tool, step, cost: { seconds, cpuSeconds, load } }: Measured): string {
  const values = { round, tool, step: step.replace(" ", "_"), s: seconds.toFixed(1), cpu_s: cpuSeconds.toFixed(1) };
  return figureLine("up", { ...values, ...load, machine_load: machineLoad() });
}

/** All that a round makes carries the labels of its project, or is in its folder, and is removed with it. */
async function* oneRound(program: ComposeProgram, { engine, env, signal }: UpOptions): AsyncGenerator<Measured> {
  const project = await createProject();
  try {
    const topology = planTopology(await configOfProject(project));
    const files: string[] = [];
    const derive = async (folder: string) =>
      files.push(await deriveCompose({ engine, env, project, topology, folder: join(project.folder, folder) }));
    for await (const [step, cost] of foobarSteps(project, derive)) {
      signal.throwIfAborted();
      yield { tool: "foobar", step, cost };
    }
    const compose = composeOf(program, project.stack, signal);
    const services = topology.applications.map(({ name }) => name);
    const [first = "", released = ""] = files;
    for await (const [step, cost] of composeSteps(compose, { url: project.url, first, released, services })) {
      signal.throwIfAborted();
      yield { tool: "compose", step, cost };
    }
  } finally {
    await project.remove();
  }
}

/** @param derive describes the stack as a Compose project in a folder of that name */
async function* foobarSteps(
  project: TestProject,
  derive: (folder: string) => Promise<unknown>,
): AsyncGenerator<[Step, Cost]> {
  const run = (script: "up" | "down") => async () => {
    const { exitCode, output } = await project.npm(script, ["--yes"]);
    if (exitCode !== 0) throw new Error(`${script} failed:\n${output}`);
  };
  yield ["from nothing", await timed(run("up"))];
  yield ["unchanged", await timed(run("up"))];
  await derive("compose-first");
  await changeApplication(project);
  yield ["release", await timedUnderLoad(project.url, run("up"))];
  await derive("compose-released");
  yield ["down", await timed(run("down"))];
}

interface ComposeFiles {
  readonly url: string;
  /** The Compose file of the stack, and of the stack with the released applications. */
  readonly first: string;
  readonly released: string;
  /** The applications' services. */
  readonly services: readonly string[];
}

async function* composeSteps(
  compose: Compose,
  { url, first, released, services }: ComposeFiles,
): AsyncGenerator<[Step, Cost]> {
  yield ["from nothing", await timed(() => compose(first, ...UP))];
  yield ["unchanged", await timed(() => compose(first, ...UP))];
  await answers(url);
  const release = async () => {
    for (const service of services) await compose(released, ...UP, "--no-deps", "--force-recreate", service);
  };
  yield ["release", await timedUnderLoad(url, release)];
  yield ["down", await timed(() => compose(released, "down"))];
}
