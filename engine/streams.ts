import { PassThrough, type Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import type Docker from "dockerode";

/** The two outputs of a process in a container. */
export interface Outputs {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when both are complete. */
  readonly ended: Promise<void>;
}

/** Separates the outputs that the engine sends in one stream. */
export function separated(engine: Docker, stream: NodeJS.ReadableStream): Outputs {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  return { stdout, stderr, ended: demultiplexed(engine, stream, stdout, stderr) };
}

/** Both outputs in the order in which the engine sends them: it reads each by itself. */
export function joined(engine: Docker, stream: NodeJS.ReadableStream): { output: Readable; ended: Promise<void> } {
  const output = new PassThrough();
  return { output, ended: demultiplexed(engine, stream, output, output) };
}

/** Sends the parts of a stream to where they belong; resolves when both are complete. */
function demultiplexed(
  engine: Docker,
  stream: NodeJS.ReadableStream,
  stdout: PassThrough,
  stderr: PassThrough,
): Promise<void> {
  engine.modem.demuxStream(stream, stdout, stderr);
  const ended = finished(stream, { writable: false }).finally(() => {
    stdout.end();
    stderr.end();
  });
  // Not every reader waits for the end, and an error without a reader would end the program.
  ended.catch(() => undefined);
  return ended;
}

/**
 * Starts a command in a container.
 * @param hasInput whether its standard input is sent
 * @param abortSignal ends the waiting, and not the command
 */
export async function startIn(
  container: Docker.Container,
  command: readonly string[],
  hasInput: boolean,
  abortSignal?: AbortSignal,
) {
  const limit = abortSignal === undefined ? {} : { abortSignal };
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdin: hasInput,
    AttachStdout: true,
    AttachStderr: true,
    ...limit,
  });
  const stream = await exec.start({ ...(hasInput ? { hijack: true, stdin: true } : {}), ...limit });
  return { exec, stream };
}

/**
 * Runs a command in a container; resolves to its standard output.
 * @param input its standard input, which no list of processes shows; default: none
 * @param abortSignal ends the waiting, and not the command
 * @throws Error with its standard error, if it fails
 */
export async function executeIn(
  engine: Docker,
  container: Docker.Container,
  command: readonly string[],
  input?: string,
  abortSignal?: AbortSignal,
): Promise<string> {
  const hasInput = input !== undefined;
  const { exec, stream } = await startIn(container, command, hasInput, abortSignal);
  if (hasInput) stream.end(input);
  const { stdout, stderr, ended } = separated(engine, stream);
  const [output, errors] = await Promise.all([text(stdout), text(stderr), ended]);
  const { ExitCode } = await exec.inspect(abortSignal === undefined ? {} : { abortSignal });
  if (ExitCode !== 0) throw new Error(errors.trim());
  return output;
}

/** The text of a log that the engine sends whole: pieces of both outputs, each behind a header of eight bytes. */
export function logText(log: Buffer): string {
  const pieces: string[] = [];
  for (let at = 0; at + HEADER <= log.length; ) {
    const end = at + HEADER + log.readUInt32BE(at + 4);
    pieces.push(log.toString("utf8", at + HEADER, end));
    at = end;
  }
  return pieces.join("");
}

const HEADER = 8;
