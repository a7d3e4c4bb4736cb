import type Docker from "dockerode";
import { engineClient } from "../../engine/client.ts";
import { type StackContainers, stackContainers } from "./containers.ts";
import { type Databases, databasesOf } from "./databases.ts";
import { readStack, type Stack } from "./stack.ts";

/** A stack at work: what its file says of it, and what of it can be asked and acted on. */
export interface OpenStack extends Stack {
  /** The engine that runs it. */
  readonly engine: Docker;
  readonly containers: StackContainers;
  readonly databases: Databases;
}

/**
 * Opens the stack that a file describes.
 * @throws Error where it has no file, or one that is malformed
 */
export async function openStack(stack: string): Promise<OpenStack> {
  return opened(await readStack(stack), new AbortController().signal);
}

/** @param signal ends waiting for containers */
export function opened(stack: Stack, signal: AbortSignal): OpenStack {
  const { config, topology } = stack;
  const engine = engineClient(config.loadBalancer.endpoint);
  const containers = stackContainers(engine, topology, signal);
  return { ...stack, engine, containers, databases: databasesOf(containers, topology) };
}
