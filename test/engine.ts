import { execa } from "execa";
import { LOCAL_ENDPOINT } from "../config/choices.ts";
import { engineClient } from "../engine/client.ts";
import { eventually } from "../engine/eventually.ts";

/** The engine that tests work with. A test file that reaches this module needs one. */
export const engine = engineClient(LOCAL_ENDPOINT);

/** Why nothing can run in containers here, or undefined. */
export async function engineMissing(): Promise<string | undefined> {
  return engine.ping().then(
    () => undefined,
    () => `no Docker Engine answers at ${LOCAL_ENDPOINT}`,
  );
}

/** Runs docker and returns what it printed. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await execa("docker", args);
  return stdout;
}

/** The address on the host of a container's port, as it is since the last start. */
export async function published(id: string, port: number): Promise<string> {
  return `http://${await docker("port", id, `${port}/tcp`)}`;
}

/** Waits until an address answers, whatever it says. A `fetch` whose connection ends while it is made can hang. */
export async function answers(url: string): Promise<void> {
  await eventually(async () => void (await (await fetch(url, { signal: AbortSignal.timeout(500) })).text()), 20);
}
