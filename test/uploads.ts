import { request } from "node:http";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { count, type Shares } from "./visitors.ts";

/** A request with a body, and the manner of sending it. */
export interface Upload {
  readonly path: string;
  /** Bytes of the body. */
  readonly size: number;
  readonly type?: string;
  /** Sent in chunks, without a length in the header. Default: false. */
  readonly chunked?: boolean;
  /** Waits for `100 Continue` before it sends the body. Default: false. */
  readonly expect?: boolean;
  /** The number of pieces of the body, and the milliseconds between two. Default: one piece. */
  readonly pieces?: number;
  readonly pauseMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 20_000;

/** The answer to a sender that reads while it sends: a status, or the end of the connection without one. */
export function answerTo(url: string, upload: Upload): Promise<string> {
  const {
    path,
    size,
    type = "application/json",
    chunked = false,
    expect = false,
    pieces = 1,
    pauseMs = 0,
    headers,
  } = upload;
  return new Promise((resolve) => {
    const sent = request(new URL(path, url), {
      method: "POST",
      agent: false,
      timeout: PATIENCE_MS,
      headers: {
        ...headers,
        "content-type": type,
        ...(chunked ? { "transfer-encoding": "chunked" } : { "content-length": size }),
        ...(expect ? { expect: "100-continue" } : {}),
      },
    });
    const end = (answer: string) => {
      resolve(answer);
      sent.destroy();
    };
    let answered = false;
    sent.on("response", (response) => {
      answered = true;
      response.resume();
      response.on("error", () => {});
      response.on("close", () => end(`${response.statusCode}${response.complete ? "" : ", cut off"}`));
    });
    sent.on("error", (error: NodeJS.ErrnoException) => answered || end(error.code ?? error.message));
    sent.on("close", () => answered || end("closed"));
    sent.on("timeout", () => end("timeout"));

    async function* body() {
      const piece = Buffer.alloc(Math.ceil(size / pieces), "x");
      for (let left = size; left > 0; left -= piece.length) {
        yield piece.subarray(0, left);
        if (pauseMs > 0) await sleep(pauseMs);
      }
    }
    const send = () => void Readable.from(body(), { objectMode: false }).pipe(sent);
    if (!expect) return send();
    sent.on("continue", send);
    sent.flushHeaders();
  });
}

/** Counts the answers to the same upload, sent several times at once. */
export async function answersTo(url: string, upload: Upload, times: number, atOnce = 8): Promise<Shares> {
  const answers: string[] = [];
  let left = times;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) answers.push(await answerTo(url, upload));
    }),
  );
  return count(answers);
}
