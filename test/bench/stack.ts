import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import { execa } from "execa";
import type { Config } from "../../config/schema.ts";
import { bitsOf } from "../../config/subnets.ts";
import { configOf } from "../../operations/stack/configuration.ts";
import { PROJECT } from "../../operations/stack/project.ts";
import type { Topology } from "../../topology/plan.ts";
import { createProject, type TestProject } from "../project.ts";
import { figureLine } from "./figures.ts";

/** Runs work on a copy of the project whose stack is up, and removes the stack whatever becomes of the work. */
export async function withStack(work: (project: TestProject) => Promise<void>): Promise<void> {
  const project = await createProject();
  try {
    console.log(figureLine("release", { what: "everything", ...(await timedUp(project)) }));
    await work(project);
  } finally {
    await project.remove();
  }
}

/**
 * Brings the stack to what its configuration now says.
 * @returns milliseconds, as a user at the terminal would wait, and containers that are new
 */
export async function timedUp(project: TestProject): Promise<{ ms: number; created: number }> {
  const before = new Set((await project.inventory()).containers.map(({ id }) => id));
  const start = performance.now();
  const { exitCode, output } = await project.npm("up");
  const ms = Math.round(performance.now() - start);
  if (exitCode !== 0) throw new Error(`up failed:\n${output}`);
  const { containers } = await project.inventory();
  return { ms, created: containers.filter(({ id }) => !before.has(id)).length };
}

/** The stack's configuration as its file has it. */
export async function configOfProject({ folder, stack }: TestProject): Promise<Config> {
  return configOf(PROJECT, stack, await readFile(join(folder, `Pulumi.${stack}.yaml`), "utf8"));
}

/**
 * Gives this machine the gateway's address in each internal network, so that it reaches the containers there. It needs
 * root, and the engine on this machine. The addresses go with the networks.
 */
export async function letThisMachineIn(engine: Docker, topology: Topology): Promise<void> {
  for (const { engineName, internal, gateway, subnet } of topology.networks) {
    if (!internal) continue;
    const { Id } = await engine.getNetwork(engineName).inspect();
    await execa("ip", ["address", "replace", `${gateway}/${bitsOf(subnet)}`, "dev", `br-${Id.slice(0, 12)}`]);
  }
}

/** A container's address in a network; this machine reaches it there in networks that are not internal. */
export function addressIn({ Name, NetworkSettings }: Docker.ContainerInspectInfo, network: string): string {
  const address = NetworkSettings.Networks[network]?.IPAddress;
  if (address === undefined || address === "") throw new Error(`${Name} has no address in ${network}`);
  return address;
}

/**
 * Runs `pulumi` on the project's stack.
 * @param env in which the CLI is found
 * @returns its standard output
 * @throws Error with its output if it fails
 */
export async function runCli(project: TestProject, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const own = { ...env, ...project.env, PATH: env["PATH"] };
  const { exitCode, stdout, output } = await project.pulumi(args, own);
  if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${output}`);
  return stdout;
}
