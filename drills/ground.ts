import { readFile } from "node:fs/promises";
import { z } from "zod";
import { cli } from "../commands/cli.ts";
import type { Machine } from "../commands/machine.ts";
import { PROJECT, ROOT } from "../commands/settings.ts";
import { instances, planTopology } from "../topology.ts";
import { configOf } from "./configuration.ts";
import type { Facts, Ground } from "./drill.ts";

/** The stack as its file describes it. */
export async function factsOf(stack: string): Promise<Facts> {
  const text = await readFile(`${ROOT}/Pulumi.${stack}.yaml`, "utf8").catch(() => {
    throw new Error(`there is no stack ${stack}: Pulumi.${stack}.yaml is missing`);
  });
  const config = configOf(PROJECT, stack, text);
  return { config, topology: planTopology(config) };
}

const outputs = z.looseObject({ url: z.url() });

/**
 * Where the site is, as the stack's outputs say.
 * @throws Error where the stack is not up
 */
export async function addressOf(stack: string, { env }: Pick<Machine, "env">): Promise<string> {
  const text = await cli({ stack, env }, ["stack", "output", "--json"]).catch(() => "{}");
  const read = outputs.safeParse(JSON.parse(text));
  if (!read.success) throw new Error(`the stack ${stack} is not up: npm run up -- --stack ${stack}`);
  return read.data.url;
}

/** @throws Error naming the containers that do not run and are not healthy: what they cost is not a drill's doing */
export async function requireWhole({ containers, topology }: Pick<Ground, "containers" | "topology">): Promise<void> {
  const unwell = await containers.unwell(instances(topology).map(({ name }) => name));
  if (unwell.length > 0) throw new Error(`the stack is not whole: ${unwell.join(", ")} should run and be healthy`);
}
