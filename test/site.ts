import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { configOf } from "../operations/stack/configuration.ts";
import type { StackContainers } from "../operations/stack/containers.ts";
import type { Databases } from "../operations/stack/databases.ts";
import { type OpenStack, opened } from "../operations/stack/open.ts";
import type { Topology } from "../topology/plan.ts";
import { instances } from "../topology/tiers.ts";
import { planTopology } from "../topology/topology.ts";
import { createProject, missing, type TestProject, UNSEEN } from "./project.ts";
import { busily, quietly } from "./quiet.ts";
import { skipAfterFailure } from "./steps.ts";

/** A short and light load: the cost of a fault or a release does not depend on the length of the load. */
const SHORT = ["--seconds", "8", "--rate", "50"];

interface Messages {
  readonly server: string;
  readonly readFrom: string;
  readonly messages: readonly { readonly id: number; readonly text: string; readonly server: string }[];
}

/** Prints a figure for docs/measurements.md. Figures never decide whether a test passes. */
export function measured(text: string): void {
  console.log(`      measured ${text}`);
}

export function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)}s`;
}

/**
 * Describes a suite with a project of its own, whose tests build on each other. Without an engine or the CLI the suite
 * is skipped, and says so.
 * @param body receives a function that returns the project; the project exists as soon as the first test runs
 */
export function describeProject(title: string, body: (project: () => TestProject) => void): void {
  describe(title, function () {
    this.timeout("20m");
    skipAfterFailure();
    let project: TestProject | undefined;
    before(async function () {
      const reason = await missing();
      if (reason !== undefined) {
        console.log(`      SKIPPED, ${title}: ${reason}`);
        this.skip();
      }
      project = await busily(createProject);
    });
    after(() => busily(async () => project?.remove()));
    body(() => {
      assert.ok(project, "there is no project yet");
      return project;
    });
  });
}

/** Runs one of the project's npm scripts, which must succeed; resolves to its standard output. */
export async function succeed(project: TestProject, script: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, output } = await project.npm(script, args);
  assert.equal(exitCode, 0, output);
  return stdout;
}

/** Runs `npm run up` without its preview. */
export function up(project: TestProject, ...args: string[]): Promise<string> {
  return succeed(project, "up", ...UNSEEN, ...args);
}

/** Makes sure that another `up` would change nothing. */
export async function unchanged(project: TestProject): Promise<void> {
  await succeed(project, "preview", "--expect-no-changes");
}

/** Makes sure that the engine and the state agree. */
export async function notDrifted(project: TestProject): Promise<void> {
  const { exitCode, output } = await project.pulumi(["refresh", "--yes", "--expect-no-changes"]);
  assert.equal(exitCode, 0, output);
}

export async function post({ url }: TestProject, text: string): Promise<Messages["messages"][number]> {
  const response = await fetch(`${url}/api/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ author: "test", text }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  return ((await response.json()) as { message: Messages["messages"][number] }).message;
}

export async function read({ url }: TestProject): Promise<Messages> {
  const response = await fetch(`${url}/api/messages`);
  assert.equal(response.status, 200);
  return (await response.json()) as Messages;
}

/** Opens the stack as its file describes it now. */
async function openProject({ folder, stack }: TestProject): Promise<OpenStack> {
  const config = configOf("foobar", stack, await readFile(join(folder, `Pulumi.${stack}.yaml`), "utf8"));
  return opened({ config, topology: planTopology(config) }, new AbortController().signal);
}

/** The stack's containers as its file describes them now. */
export async function containersOf(project: TestProject): Promise<StackContainers> {
  return (await openProject(project)).containers;
}

/** The names of the services that the stack's file plans now. */
export async function servicesOf(project: TestProject): Promise<string[]> {
  const { topology } = await openProject(project);
  return instances(topology)
    .map(({ name }) => name)
    .sort();
}

/** The host's ports that the stack's file plans for each service, each as address:port. */
export async function plannedPorts(project: TestProject): Promise<ReadonlyMap<string, readonly string[]>> {
  const { topology } = await openProject(project);
  return new Map(
    topology.loadBalancers.map(({ name, published }) => [
      name,
      published.map(({ address, port }) => `${address}:${port}`),
    ]),
  );
}

/** The plan of the stack as its file describes it now. */
export async function topologyOf(project: TestProject): Promise<Topology> {
  return (await openProject(project)).topology;
}

/** The networks, by their names on the engine, that the stack's file plans now. */
export async function networksOf(project: TestProject): Promise<string[]> {
  return (await topologyOf(project)).networks.map(({ engineName }) => engineName).sort();
}

/** Kills the processes of services at once, and waits until the engine has started them again and each is healthy. */
export async function killAndRecover(project: TestProject, ...services: string[]): Promise<void> {
  const containers = await containersOf(project);
  await containers.kill(services);
  await containers.untilWell(services);
}

/** The stack's databases as its file describes them now, asked directly, not through the application. */
export async function databasesOfProject(project: TestProject): Promise<Databases & { names: string[] }> {
  const { databases, topology } = await openProject(project);
  return { ...databases, names: topology.cluster.databases.map(({ name }) => name) };
}

const FIGURES = /^drill=\S+ .*$/gm;
/**
 * Complaints that depend on the speed of the machine: about times, and about requests that fail until another container
 * has taken over. Every other limit depends on the program alone.
 */
const PAST_ITS_TIME =
  / not passed: (?:gap_ms|read_gap_ms|redundant_after_ms|failed_reads) is \d+, past|drill=(?:kill|pause)-\S+ not passed: failed is \d+, past/;
/**
 * The largest share of a drill's requests that may fail. If no container takes over, more fail, even on a fast machine.
 */
const MOST_FAILED = 0.25;

/**
 * Runs drills, with the machine for themselves. They must lose nothing, do nothing twice and stay within their limits,
 * except that times, which depend on the machine, are only printed.
 */
export async function drill(project: TestProject, ...names: string[]): Promise<void> {
  const { stdout, output } = await quietly(() => project.npm("drill", [...names, ...SHORT]));
  const lines = stdout.match(FIGURES) ?? [];
  for (const line of lines) measured(line);
  assert.deepEqual(
    lines.map((line) => /^drill=(\S+)/.exec(line)?.[1]),
    names,
    output,
  );
  for (const line of lines) assert.match(line, / duplicated=0 /, output);
  for (const [, requests, failed] of stdout.matchAll(/ requests=(\d+) failed=(\d+) /g)) {
    assert.ok(Number(failed) < Number(requests) * MOST_FAILED, output);
  }
  for (const line of lines.filter((text) => text.includes(" acked="))) assert.match(line, / acked=[1-9]\d* lost=0 /);
  const complaints = output.split("\n").filter((line) => line.includes(" not passed: ") && !PAST_ITS_TIME.test(line));
  assert.deepEqual(complaints, [], output);
}
