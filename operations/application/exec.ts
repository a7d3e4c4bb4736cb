import type Docker from "dockerode";
import { separated } from "../../engine/streams.ts";
import type { Topology } from "../../topology/plan.ts";

/** A container of the application and the command to run in it. */
export interface Order {
  readonly service: string;
  readonly command: readonly string[];
}

/**
 * Reads the words of `npm run exec`: the name of a process may come first. Without one the command runs beside the
 * application's first instance.
 * @throws Error if there is no command
 */
export function orderOf({ applications, processes }: Topology, words: readonly string[]): Order {
  const [first = "", ...rest] = words;
  const names = [...new Set(processes.map(({ process }) => process))];
  const process = processes.find((one) => one.process === first || one.name === first);
  const instance = applications.find(({ name }) => name === first);
  const command = process === undefined && instance === undefined ? words : rest;
  if (command.length === 0) {
    throw new Error(`there is no command to run
    allowed:   npm run exec -- [PROCESS] COMMAND; processes: ${names.length === 0 ? "none" : names.join(", ")}`);
  }
  const service = (process ?? instance ?? applications[0])?.name;
  if (service === undefined) throw new Error("the plan has no application");
  return { service, command };
}

/**
 * Runs a command in a container, with this terminal if there is one, and with the container's environment.
 * @returns the command's exit code
 */
export async function execute(
  engine: Docker,
  container: Docker.Container,
  command: readonly string[],
  { stdin, stdout, stderr }: Pick<NodeJS.Process, "stdin" | "stdout" | "stderr">,
): Promise<number> {
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: isTerminal,
  });
  const stream = await exec.start({ hijack: true, stdin: true, Tty: isTerminal });
  const resize = () => void exec.resize({ h: stdout.rows, w: stdout.columns }).catch(() => undefined);
  if (isTerminal) {
    stdin.setRawMode(true);
    stdout.on("resize", resize);
    resize();
  }
  stdin.pipe(stream);
  try {
    if (isTerminal) {
      stream.pipe(stdout, { end: false });
      await new Promise((resolve) => stream.once("end", resolve).once("close", resolve));
    } else {
      const outputs = separated(engine, stream);
      outputs.stdout.pipe(stdout, { end: false });
      outputs.stderr.pipe(stderr, { end: false });
      await outputs.ended;
    }
  } finally {
    stdin.unpipe(stream);
    if (isTerminal) {
      stdin.setRawMode(false);
      stdout.off("resize", resize);
    }
    // Nothing more is read, so that the process can end.
    stdin.pause();
    stdin.unref?.();
  }
  return (await exec.inspect()).ExitCode ?? 1;
}
