import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Config } from "../../config/schema.ts";
import { generationsOutput } from "../../topology/generations.ts";
import type { Topology } from "../../topology/plan.ts";
import { planTopology } from "../../topology/topology.ts";
import type { Machine } from "../session/machine.ts";
import { cli, isWithoutStack } from "./cli.ts";
import { configOf } from "./configuration.ts";
import { stackFile } from "./file.ts";
import { PROJECT } from "./project.ts";

/** A stack as its file describes it. */
export interface Stack {
  readonly config: Config;
  readonly topology: Topology;
}

/**
 * Reads the file of a stack.
 * @throws Error if there is no file, or if it is malformed
 */
export async function readStack(stack: string): Promise<Stack> {
  const text = await readFile(stackFile(stack), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new Error(`there is no stack ${stack}: Pulumi.${stack}.yaml is missing`);
  });
  const config = configOf(PROJECT, stack, text);
  return { config, topology: planTopology(config) };
}

const outputs = z.looseObject({
  /** The site's URL. */
  url: z.url(),
  /** The certificate of the stack's own authority (PEM). */
  caCertificate: z.string().optional(),
  /** The mark of the stack's state. */
  state: z.string().optional(),
  /** The generations that the last complete update applied. Older versions do not output them. */
  generations: generationsOutput.optional(),
  /** Those of the authority's key, as older versions output them. */
  authority: generationsOutput.shape.authority.optional(),
});
export type Outputs = z.output<typeof outputs>;

/**
 * The stack's outputs.
 * @throws Error if the stack is not up, and the CLI's own, such as that of a wrong passphrase
 */
export async function outputsOf(reference: string, { env }: Pick<Machine, "env">): Promise<Outputs> {
  const text = await cli({ reference, env }, ["stack", "output", "--json"]).catch((error: unknown) => {
    if (isWithoutStack(error)) return "{}";
    throw error;
  });
  const read = outputs.safeParse(JSON.parse(text));
  if (!read.success) throw new Error(`the stack ${reference} is not up: npm run up -- --stack ${reference}`);
  return read.data;
}
