import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { type ClientHttp2Stream, connect } from "node:http2";
import type { Duplex } from "node:stream";

/** A connection that has left HTTP. */
export interface OpenSocket {
  /** The server whose application has it. */
  readonly server: string;
  /** The protocol that the application was asked for. */
  readonly protocol: string;
  /** Sends a text; resolves to what came back since the last time, at least as many bytes. */
  echo(text: string): Promise<string>;
  /** Resolves to all that came since the last echo, and whether the other side ended it in order, when it is closed. */
  readonly closed: Promise<{ readonly last: string; readonly inOrder: boolean }>;
  close(): void;
}

function opened(stream: Duplex, server: string, protocol: string, head = ""): OpenSocket {
  let received = head;
  let inOrder = false;
  let wake = () => {};
  stream.setEncoding("utf8").on("data", (text: string) => {
    received += text;
    wake();
  });
  stream.on("error", () => {});
  stream.once("end", () => {
    inOrder = true;
    stream.end();
  });
  const closed = new Promise<{ last: string; inOrder: boolean }>((resolve) =>
    stream.once("close", () => {
      wake();
      resolve({ last: received, inOrder });
    }),
  );
  return {
    server,
    protocol,
    closed,
    async echo(text) {
      stream.write(text);
      while (received.length < text.length) {
        if (stream.destroyed) throw new Error("the socket is closed");
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const found = received;
      received = "";
      return found;
    },
    close: () => stream.destroy(),
  };
}

const KEY = () => randomBytes(16).toString("base64");

/** Asks for an upgrade by HTTP/1.1; resolves to the status if there is none. */
export function upgrade(url: string, protocol: string, path = "/socket"): Promise<OpenSocket | number> {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: "Upgrade",
      upgrade: protocol,
      ...(protocol === "websocket" ? { "sec-websocket-key": KEY(), "sec-websocket-version": "13" } : {}),
    };
    request(new URL(path, url), { headers, agent: false })
      .on("upgrade", (response, socket, head) => {
        const { upgrade = "", "x-server": server } = response.headers;
        resolve(opened(socket, String(server), upgrade, head.toString()));
      })
      .on("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .on("error", reject)
      .end();
  });
}

/** Opens a WebSocket within HTTP/2 (RFC 8441); resolves to the status if the other side does not. */
export async function upgradeByHttp2(port: number, ca: string, path = "/socket"): Promise<OpenSocket | number> {
  const session = connect(`https://127.0.0.1:${port}`, { ca, servername: "www.foobar.com" });
  session.on("error", () => {});
  await once(session, "remoteSettings");
  const stream: ClientHttp2Stream = session.request({
    ":method": "CONNECT",
    ":protocol": "websocket",
    ":path": path,
    ":authority": "www.foobar.com",
    "sec-websocket-version": "13",
  });
  stream.on("close", () => session.destroy());
  stream.on("error", () => {});
  const [headers] = await once(stream, "response");
  if (headers[":status"] === 200) return opened(stream, String(headers["x-server"]), "websocket");
  stream.destroy();
  return headers[":status"];
}
