import { StringDecoder } from "node:string_decoder";
import type Docker from "dockerode";
import { frames } from "./exchange.ts";

/** A line of a container's log. */
export interface LogLine {
  /** When the engine took it, by the engine's clock: ISO 8601 in UTC with nine decimals, so that texts sort by time. */
  readonly at: string;
  readonly text: string;
  readonly isError: boolean;
}

/** The part of a log to read. */
export interface LogPart {
  /** The first moment, in seconds since 1970, with decimals as text: no number has nine of them. Default: the beginning. */
  readonly since?: string | undefined;
  /** The last moment, alike. Default: the end. */
  readonly until?: string | undefined;
  /** The most lines, counted from the end. Default: all. */
  readonly tail?: number | undefined;
  /** Whether new lines are waited for, until the container ends. Default: no. */
  readonly follow?: boolean;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** Reads a container's log line by line. The engine keeps a container's log until the container is removed. */
export async function* logLines(engine: Docker, id: string, part: LogPart = {}): AsyncGenerator<LogLine> {
  const { since, until, tail, follow = false, signal } = part;
  const options = {
    path: `/containers/${id}/logs?`,
    method: "GET",
    isStream: true,
    ...(signal === undefined ? {} : { abortSignal: signal }),
    statusCodes: { 200: true, 404: "no such container", 500: "server error" },
    options: {
      ...{ stdout: true, stderr: true, timestamps: true, follow },
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(tail === undefined ? {} : { tail }),
    },
  };
  // The library's own function for logs keeps all of one that is not followed in memory.
  const stream = await new Promise<AsyncIterable<string | Buffer>>((resolve, reject) =>
    engine.modem.dial(options, (error, answer) =>
      isStream(answer) ? resolve(answer) : reject(error ?? new Error("the engine sent no log")),
    ),
  );
  const outputs = { out: new Lines(false), err: new Lines(true) };
  for await (const { isError, text } of frames(stream)) yield* outputs[isError ? "err" : "out"].add(text);
  for (const output of Object.values(outputs)) yield* output.rest();
}

function isStream(answer: unknown): answer is AsyncIterable<string | Buffer> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
}

/** Makes lines of the pieces of one output. */
class Lines {
  readonly #isError: boolean;
  readonly #decoder = new StringDecoder("utf8");
  #begun = "";

  constructor(isError: boolean) {
    this.#isError = isError;
  }

  *add(piece: Buffer): Generator<LogLine> {
    const lines = (this.#begun + this.#decoder.write(piece)).split("\n");
    this.#begun = lines.pop() ?? "";
    for (const line of lines) yield this.#line(line);
  }

  *rest(): Generator<LogLine> {
    if (this.#begun !== "") yield this.#line(this.#begun);
  }

  #line(line: string): LogLine {
    const space = line.indexOf(" ");
    const [at, text] = space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
    return { at: sortable(at), text: text.replace(/\r$/, ""), isError: this.#isError };
  }
}

/** A moment as the engine writes it, with nine decimals and in UTC: then texts sort by time. */
export function sortable(moment: string): string {
  const [, seconds, decimals = ""] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(moment) ?? [];
  if (seconds !== undefined) return `${seconds}.${decimals.padEnd(9, "0")}Z`;
  const parsed = new Date(moment);
  return Number.isNaN(parsed.getTime()) ? moment : sortable(parsed.toISOString());
}

/** A moment in seconds since 1970, as the engine takes it. @param after nanoseconds that are added; default: none */
export function engineSeconds(moment: string, after = 0): string {
  const decimals = /\.(\d{9})Z$/.exec(moment)?.[1] ?? "0";
  const nanoseconds =
    BigInt(Math.floor(Date.parse(moment) / 1_000)) * 1_000_000_000n + BigInt(decimals) + BigInt(after);
  return `${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, "0")}`;
}
