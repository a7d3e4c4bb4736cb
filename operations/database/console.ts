import type Docker from "dockerode";
import { exchange } from "../../engine/exchange.ts";
import { applicationClient } from "./clients.ts";
import type { Place } from "./transfer.ts";

/**
 * Opens MySQL's client as the application: with the user's terminal, or with the statements of an argument or of
 * standard input. Resolves to its exit code.
 * @param options further ones of the client, such as --execute=…
 */
export async function openConsole(place: Place, database: string, options: readonly string[]): Promise<number> {
  const command = applicationClient(`--database=${database}`, ...options);
  const hasStatements = options.some((option) => /^(-e|--execute\b)/.test(option));
  if (process.stdin.isTTY && process.stdout.isTTY && !hasStatements) return inTerminal(place, command);
  await exchange(place.engine, place.container, command, {
    output: process.stdout,
    ...(hasStatements ? {} : { input: process.stdin }),
  });
  return 0;
}

async function inTerminal({ engine, container }: Place, command: readonly string[]): Promise<number> {
  const { stdin, stdout } = process;
  const exec = await container.exec({
    Cmd: [...command],
    Env: [`TERM=${process.env["TERM"] ?? "xterm"}`],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  });
  const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
  const resize = () => void sizeOf(exec, stdout.rows, stdout.columns);
  resize();
  stdout.on("resize", resize);
  // The client's own terminal understands Ctrl-C.
  stdin.setRawMode(true);
  stdin.pipe(stream);
  try {
    for await (const chunk of stream) stdout.write(chunk);
  } finally {
    stdin.unpipe(stream);
    stdin.setRawMode(false);
    stdin.unref();
    stdout.off("resize", resize);
  }
  const { ExitCode } = await engine.getExec(exec.id).inspect();
  return ExitCode ?? 1;
}

/** An engine refuses a size before the client has begun, and the next one counts. */
async function sizeOf(exec: Docker.Exec, rows: number, columns: number): Promise<void> {
  await exec.resize({ h: rows, w: columns }).catch(() => {});
}
