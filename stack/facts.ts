import { readFile } from "node:fs/promises";
import { z } from "zod";
import { cli } from "../commands/cli.ts";
import type { Machine } from "../commands/machine.ts";
import { PROJECT, ROOT } from "../commands/settings.ts";
import type { Config } from "../config.ts";
import { planTopology, type Topology } from "../topology.ts";
import { configOf } from "./configuration.ts";

/** The stack at hand. */
export interface Facts {
  readonly config: Config;
  readonly topology: Topology;
}

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
