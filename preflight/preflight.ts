import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { runnable } from "../config/commands.ts";
import type { Problem } from "../config/problems.ts";
import { UserError } from "../config/userError.ts";
import { type Logins, loginsFrom } from "../engine/logins.ts";
import type { EngineState } from "../engine/state.ts";
import type { MachinePlan } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";
import { refusedByClients } from "./certificate.ts";
import { certPathProblems } from "./certPath.ts";
import { allCollisions } from "./collisions.ts";
import { dataProblems } from "./data.ts";
import { askEngines } from "./engines.ts";
import { examineFiles } from "./fileProblems.ts";
import { generationProblems } from "./generations.ts";
import { examineImages } from "./images.ts";
import { lanProblems } from "./lan.ts";
import { type AnsweredMachine, machineProblems, type SilentMachine } from "./machines.ts";
import { monitoringProblems } from "./monitoring.ts";
import { movedHostProblems } from "./movedHosts.ts";
import { notOwn, ownState } from "./ownership.ts";
import { refusal } from "./refusal.ts";
import { supplyImages, supplyText } from "./supply.ts";
import { swarmFindings } from "./swarm.ts";
import { tableFindings } from "./tables.ts";
import { unreachable, unreachableMachine } from "./unreachable.ts";
import { variableProblems } from "./variables.ts";
import { kernelProblem, nodeProblem } from "./versions.ts";

/** The oldest CLI that the program is tested with. */
const CLI_VERSIONS = ">=3.200.0";

/** What a stack is before the update. */
export interface Present {
  /** Whether containers of the stack run; true also if an engine does not answer, because containers may run there. */
  readonly isServing: boolean;
  /** The logical names of the state's containers. */
  readonly containers: readonly string[];
  /** The release for which the application's migration ran last. undefined: none has run. */
  readonly migrated: string | undefined;
}

/**
 * Finds, before the first resource, mistakes that would make an update fail half-way: a CLI that is too old, no engine
 * at the endpoint, a stack of the same name that belongs to another state, ports and subnets in use. Gives engines the
 * images that they lack, except in a preview. A preview needs no engine, so there an engine that does not answer is a
 * warning.
 * @param away the hosts that the update leaves out, whose engines are not asked; default: none
 * @param logins to registries; default: those of the user's command docker
 * @throws UserError with every problem of the configuration at once; a CLI or an engine that cannot be used, and a stack
 *   of another state, are reported alone
 */
export async function preflight(
  topology: Topology,
  away: ReadonlySet<string> = new Set(),
  logins: Logins = loginsFrom(),
): Promise<Present> {
  const node = nodeProblem(process.versions.node);
  if (node !== undefined) throw new UserError(node);
  await requireCli();
  const known = await ownState(topology);
  const files = examineFiles(topology);
  for (const warning of files.warnings) warn(warning);
  const refused = files.problems.length > 0 ? [] : await refusedByClients(topology);
  const problems = [...files.problems, ...refused, ...(known === undefined ? [] : generationProblems(topology, known))];

  problems.push(...certPathProblems(topology, process.env));
  const { answered, silent } = await askEngines(topology, away, pulumi.runtime.isDryRun() ? 0 : undefined);
  problems.push(...silentProblems(topology, silent));
  for (const { machine, state } of answered) {
    const kernel = kernelProblem(state.kernel, machine.endpoint);
    if (kernel !== undefined) throw new UserError(kernel);
  }
  const reached = answered.map(({ machine }) => machine);
  const others = known && (await notOwn(reached, topology, known));
  if (others !== undefined) throw new UserError(others);
  const swarm = swarmFindings(topology, answered);
  for (const warning of swarm.warnings) warn(warning);
  problems.push(...machineProblems(answered), ...swarm.problems);
  if (known !== undefined) problems.push(...movedHostProblems(topology, known, answered));
  problems.push(...(await allCollisions(topology, answered)));
  const images = await examineImages(topology, reached, logins);
  problems.push(...images.flatMap((one) => one.problems));
  if (answered.length > 0) problems.push(...dataProblems(topology, together(answered)));
  const tables = await tableFindings(topology, reached);
  for (const warning of tables.warnings) warn(warning);
  problems.push(...tables.problems);
  // A preview starts no container.
  if (!pulumi.runtime.isDryRun()) problems.push(...(await judgedProblems(topology, reached)));
  const lan = pulumi.runtime.isDryRun() ? [] : await lanProblems(topology, answered);
  problems.push(...lan.filter(({ path }) => !problems.some((other) => isDeepStrictEqual(other.path, path))));
  if (problems.length > 0) throw refusal(topology, problems);
  const supplies = images.flatMap((one) => one.supplies);
  const say = (line: string) => void pulumi.log.info(line);
  if (!pulumi.runtime.isDryRun()) {
    await supplyImages(supplies, say);
    // Programs of images that were missing have not been asked yet.
    const late = supplies.length === 0 ? [] : await judgedProblems(topology, reached);
    if (late.length > 0) throw refusal(topology, late);
  } else
    for (const one of supplies.filter(({ route }) => route.kind === "copy")) say(`by an update ${supplyText(one)}`);
  return {
    isServing: silent.length + away.size > 0 || answered.some(({ state }) => state.isServing),
    containers: known?.containers ?? [],
    migrated: known?.migrated,
  };
}

/** Warns the user. */
function warn(text: string): void {
  void pulumi.log.warn(runnable(text));
}

/** The problems that the programs themselves see in their settings, where the engines have their images. */
async function judgedProblems(topology: Topology, reached: readonly MachinePlan[]): Promise<Problem[]> {
  const found = await Promise.all([variableProblems(topology, reached), monitoringProblems(topology, reached)]);
  return found.flat();
}

/** The data volumes of all engines: each database is on the machine of its server. */
function together(answered: readonly AnsweredMachine[]): Pick<EngineState, "dataVolumes" | "dataAtWork"> {
  return {
    dataVolumes: answered.flatMap(({ state }) => state.dataVolumes),
    dataAtWork: answered.flatMap(({ state }) => state.dataAtWork),
  };
}

async function requireCli(): Promise<void> {
  try {
    await pulumi.requirePulumiVersion(CLI_VERSIONS);
  } catch (error) {
    // The protocol's status code in front means nothing to a user.
    const found = String(error instanceof Error ? error.message : error).replace(/^\d+ [A-Z_]+: /, "");
    throw new UserError(
      `the Pulumi CLI is too old: ${found}\n    allowed:   ${CLI_VERSIONS}\n    cure:      https://www.pulumi.com/docs/install/`,
    );
  }
}

/**
 * What is said about machines whose engine does not answer. A preview needs none of them. A stack's only engine is
 * reported alone.
 */
function silentProblems(topology: Topology, silent: readonly SilentMachine[]): Problem[] {
  if (pulumi.runtime.isDryRun()) {
    for (const { machine, reason } of silent) {
      const message = unreachable(machine.endpoint, reason);
      warn(`${message}\n    The preview goes on without it, and does not check ports and subnets.`);
    }
    return [];
  }
  const [first] = silent;
  if (first !== undefined && !topology.isSeveral)
    throw new UserError(unreachable(first.machine.endpoint, first.reason));
  return silent.map(unreachableMachine);
}
