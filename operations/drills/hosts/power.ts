import { execa } from "execa";

/** What the user's program can do to a machine. */
export type Deed = "off" | "on" | "cut" | "mend" | "wipe";

/** How drills act on machines. This program has no power over them by itself. */
export interface Machines {
  /** The user's program: `PROGRAM off|on|cut|mend|wipe NAME`. */
  readonly program: string;
  /** The user's program that makes an empty machine a host again: `PROGRAM NAME`; undefined: there is none. */
  readonly repair: string | undefined;
  /** The only host that is hit; undefined: each in turn. */
  readonly host: string | undefined;
  /** Seconds for which a machine stays off. */
  readonly offSeconds: number;
}

/** The longest that a program takes: a repair has to bring images to the machine and the stack up. */
const LONGEST_MS = 900_000;

/**
 * Acts on a machine by the user's program. Ctrl-C does not reach the program: a machine must not stay half switched.
 * @throws Error with the program's output, if it fails
 */
export async function act({ program }: Pick<Machines, "program">, deed: Deed, name: string): Promise<void> {
  await run(program, [deed, name]);
}

/** Makes an empty machine a host again, by the user's program. */
export async function repair({ repair: program }: Pick<Machines, "repair">, name: string): Promise<void> {
  if (program !== undefined) await run(program, [name]);
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const result = await execa(program, args, {
    stdin: "ignore",
    all: true,
    reject: false,
    detached: true,
    timeout: LONGEST_MS,
  });
  if (!result.failed) return;
  // A program that cannot be started has no output.
  const said = result.all?.trim() || result.shortMessage;
  throw new Error(`${[program, ...args].join(" ")} failed: ${said}`);
}
