import { execa } from "execa";
import { LOCAL_ENDPOINT } from "../config/choices.ts";
import { engineClient } from "../engine/client.ts";
import { eventually } from "../engine/eventually.ts";

/** The engine that tests use. A test file that imports this module, directly or not, needs an engine. */
export const engine = engineClient({ endpoint: LOCAL_ENDPOINT });

/** The reason why containers cannot run here; undefined: they can. */
export async function engineMissing(): Promise<string | undefined> {
  return engine.ping().then(
    () => undefined,
    () => `no Docker Engine answers at ${LOCAL_ENDPOINT}`,
  );
}

/** Runs the docker command; resolves to its output. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await execa("docker", args);
  return stdout;
}

/** The URL on the host of a container's port. Each start of a container may change it. */
export async function published(id: string, port: number): Promise<string> {
  return `http://${await docker("port", id, `${port}/tcp`)}`;
}

/**
 * Waits until an address gives any answer. The timeout is needed: a `fetch` hangs if its connection ends while it is
 * made.
 */
export async function answers(url: string): Promise<void> {
  await eventually(async () => void (await (await fetch(url, { signal: AbortSignal.timeout(500) })).text()), 20);
}
