import { connect } from "node:net";

/** An answer as it arrived. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answers to bytes on one connection, until that is closed or nothing has arrived for a while. */
export interface RawExchange {
  readonly answers: readonly RawAnswer[];
  /** Whether the other side closed the connection. */
  readonly closed: boolean;
  readonly seconds: number;
}

interface Sending {
  /** Pieces that are sent one after another, each after a pause, until there is an answer. */
  readonly trickle?: { readonly piece: string; readonly everyMs: number };
  /** Milliseconds without any byte after which the exchange ends. */
  readonly quietMs?: number;
}

/** Sends bytes, each character one, as no HTTP client would; resolves to all answers. */
export function sendRaw(url: string, text: string, { trickle, quietMs = 2500 }: Sending = {}): Promise<RawExchange> {
  const { hostname, port } = new URL(url);
  const began = performance.now();
  return new Promise((resolve) => {
    let received = "";
    let closed = false;
    const socket = connect(Number(port), hostname);
    const timer =
      trickle && setInterval(() => socket.writable && socket.write(trickle.piece, "latin1"), trickle.everyMs);
    const end = () => {
      clearInterval(timer);
      socket.destroy();
      resolve({ answers: parsed(received), closed, seconds: (performance.now() - began) / 1000 });
    };
    socket.setTimeout(trickle === undefined ? quietMs : 0, end);
    socket.on("connect", () => socket.write(text, "latin1"));
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      // The other side may read on until the whole request has come.
      if (trickle !== undefined && parsed(received).length > 0) end();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      closed = true;
      end();
    });
  });
}

/** The answers in a text; half of an answer at its end is left out. */
const HEAD = /^HTTP\/1\.[01] (\d{3})[^\r]*\r\n((?:[^\r]+\r\n)*)\r\n/;

function parsed(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = text; rest !== ""; ) {
    const head = HEAD.exec(rest);
    if (head === null) throw new Error(`this is no answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const [all, status, lines = ""] = head;
    const headers = Object.fromEntries(
      lines
        .split("\r\n")
        .filter((line) => line !== "")
        .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    const length =
      headers["content-length"] === undefined ? Number.POSITIVE_INFINITY : Number(headers["content-length"]);
    answers.push({ status: Number(status), headers, body: rest.slice(all.length, all.length + length) });
    rest = rest.slice(all.length + length);
  }
  return answers;
}
