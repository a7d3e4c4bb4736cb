import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheRoot } from "../cache.ts";

/** The changes that a step has made to the machine, kept for `undo`. A missing or broken file is an empty state. */
export interface State<T extends object> {
  read(): Promise<Partial<T>>;
  /**
   * Sets some keys (undefined removes one). An interruption leaves the old state or the new one, never a partial one.
   */
  update(changes: { readonly [K in keyof T]?: T[K] | undefined }): Promise<void>;
  clear(): Promise<void>;
}

/** The state of the step with this name, in a file outside the checkout. */
export function stateOf<T extends object>(name: string): State<T> {
  const file = () => join(cacheRoot(), name, "state.json");
  const read = async (): Promise<Partial<T>> => {
    try {
      return JSON.parse(await readFile(file(), "utf8")) as Partial<T>;
    } catch {
      return {};
    }
  };
  return {
    read,
    async update(changes) {
      const next = `${file()}.${process.pid}`;
      await mkdir(dirname(file()), { recursive: true });
      await writeFile(next, `${JSON.stringify({ ...(await read()), ...changes }, undefined, 2)}\n`);
      await rename(next, file());
    },
    clear: () => rm(dirname(file()), { recursive: true, force: true }),
  };
}

/** Adds packages to those that a step has installed. */
export function recordPackages(state: State<{ readonly packages: readonly string[] }>) {
  return async (absent: readonly string[]): Promise<void> => {
    const { packages = [] } = await state.read();
    await state.update({ packages: [...new Set([...packages, ...absent])] });
  };
}

/** How this program started the engine, and therefore stops it. */
export type Started =
  | { readonly by: "systemd" }
  /** Start time (clock ticks since boot) and boot distinguish this process from a later one with the same number. */
  | { readonly by: "us"; readonly pid: number; readonly startTicks: string; readonly boot: string };

/** The changes that were made for the engine; engines that were there before are not in it. */
export interface EngineState {
  /** Debian packages that were absent before and that this program installed. */
  readonly packages: readonly string[];
  readonly started: Started;
}

export const engineState = stateOf<EngineState>("engine");

/** The log of an engine that this program started without systemd. */
export const engineLog = (): string => join(cacheRoot(), "engine", "dockerd.log");
