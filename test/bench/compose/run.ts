import { execa } from "execa";
import type { ComposeProgram } from "../../../bootstrap/compose.ts";
import { LOCAL_ENDPOINT } from "../../../config/choices.ts";

/** Longer than any step takes on a busy machine. */
const LIMIT_SECONDS = 300;

/** Runs a command of Docker Compose on a project. */
export type Compose = (file: string, ...args: readonly string[]) => Promise<void>;

/**
 * @param name of the Compose project; whoever removes an abandoned test stack finds the command by it
 * @param signal ends a command early, by an error
 */
export function composeOf(
  { command: [program, ...words] }: ComposeProgram,
  name: string,
  signal: AbortSignal,
): Compose {
  return async (file, ...args) => {
    const project = ["--ansi", "never", "--project-name", name, "--file", file];
    const { failed, shortMessage, all } = await execa(program, [...words, ...project, ...args], {
      env: { DOCKER_HOST: LOCAL_ENDPOINT },
      stdin: "ignore",
      reject: false,
      all: true,
      timeout: LIMIT_SECONDS * 1_000,
      cancelSignal: signal,
    });
    signal.throwIfAborted();
    if (failed) throw new Error(`${shortMessage}\n${all}`);
  };
}

/** Brings a project, or some of its services, to what its file says, and waits until they are healthy. */
export const UP = ["up", "--detach", "--wait", "--wait-timeout", "240"] as const;
