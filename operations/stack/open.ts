import { type StackContainers, stackContainers } from "./containers.ts";
import { type Databases, databasesOf } from "./databases.ts";
import { type Engines, enginesOf } from "./engines.ts";
import { finder } from "./find.ts";
import { readStack, type Stack } from "./stack.ts";

/** A stack that is up: its file's content, and the means to ask its parts and to act on them. */
export interface OpenStack extends Stack {
  readonly engines: Engines;
  readonly containers: StackContainers;
  readonly databases: Databases;
}

/**
 * Opens the stack that a file describes.
 * @throws Error if there is no file, or if it is malformed
 */
export async function openStack(stack: string): Promise<OpenStack> {
  return opened(await readStack(stack), new AbortController().signal);
}

/** @param signal ends waiting for containers */
export function opened(stack: Stack, signal: AbortSignal): OpenStack {
  const { topology } = stack;
  const engines = enginesOf(topology);
  const containers = stackContainers(finder(engines, topology), signal);
  return { ...stack, engines, containers, databases: databasesOf(containers, topology) };
}
