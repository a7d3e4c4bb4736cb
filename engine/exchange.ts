import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type Docker from "dockerode";
import { startIn } from "./streams.ts";

/** What a command in a container reads and writes, of any size. */
export interface Exchange {
  /** Its standard input; undefined: it has none. */
  readonly input?: Readable;
  /** Receives its standard output, as fast as it takes it. It is not ended. */
  readonly output: Writable;
}

/** The end of an error text that is kept. */
const ERROR_LENGTH = 4_000;

/**
 * Runs a command in a container, and passes its input and its output on without keeping them in memory.
 * @throws Error with the end of its standard error, if it fails
 */
export async function exchange(
  engine: Docker,
  container: Docker.Container,
  command: readonly string[],
  { input, output }: Exchange,
): Promise<void> {
  const hasInput = input !== undefined;
  const { exec, stream } = await startIn(container, command, hasInput);
  const ended = new AbortController();
  const sent = hasInput ? send(input, stream, ended.signal) : Promise.resolve();
  // A failure is reported below; without this it would end the program before.
  sent.catch(() => {});
  let errors = "";
  for await (const { isError, text } of frames(stream)) {
    if (isError) errors = (errors + text.toString()).slice(-ERROR_LENGTH);
    else if (!output.write(text)) await once(output, "drain");
  }
  ended.abort();
  const { ExitCode } = await engine.getExec(exec.id).inspect();
  if (ExitCode !== 0) throw new Error(errors.trim() || `it ended with ${ExitCode}`);
  await sent;
}

/** Passes the input on as fast as it is taken, and ends the stream. It stops when the command has ended. */
async function send(input: Readable, stream: NodeJS.ReadWriteStream, signal: AbortSignal): Promise<void> {
  stream.on("error", () => {});
  try {
    for await (const chunk of input) {
      if (signal.aborted) return;
      if (!stream.write(chunk)) await once(stream, "drain", { signal }).catch(() => {});
    }
    stream.end();
  } catch (error) {
    // The command must not take a part of the input for all of it.
    if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
    throw error;
  }
}

interface Frame {
  readonly isError: boolean;
  readonly text: Buffer;
}

const HEADER = 8;

/** The parts of the stream in which the engine sends both outputs: a header with the output and the length, the text. */
export async function* frames(stream: AsyncIterable<string | Buffer>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  let left = 0;
  let isError = false;
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, Buffer.from(chunk)]);
    for (;;) {
      if (left === 0) {
        if (rest.length < HEADER) break;
        isError = rest[0] === 2;
        left = rest.readUInt32BE(4);
        rest = rest.subarray(HEADER);
      } else {
        if (rest.length === 0) break;
        const text = rest.subarray(0, left);
        left -= text.length;
        rest = rest.subarray(text.length);
        yield { isError, text };
      }
    }
  }
}
