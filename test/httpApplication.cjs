// An application that answers as real ones do: streams, sockets, large bodies, answers without a length. Node.js alone
// runs it, in a container. Its first argument is its name.
const { createHash } = require("node:crypto");
const { createServer } = require("node:http");

const [, , name] = process.argv;
const MEGABYTE = Buffer.alloc(1024 * 1024, "a");
const WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const sockets = new Set();
const held = [];
let bodies = 0;

const number = (url, key, fallback) => Number(url.searchParams.get(key) ?? fallback);

/** Writes a piece every so many milliseconds. */
function drip(response, { pieces, everyMs, piece }) {
  let left = pieces;
  const timer = setInterval(() => {
    if (left-- === 0) {
      clearInterval(timer);
      response.end();
    } else response.write(piece(left));
  }, everyMs);
  response.on("close", () => clearInterval(timer));
}

const routes = {
  "/": (_url, _request, response) => response.end(name),
  "/headers": (_url, request, response) => response.end(JSON.stringify(request.headers)),
  "/raw": (_url, request, response) =>
    response.end(JSON.stringify({ method: request.method, url: request.url, version: request.httpVersion })),
  /** Silent for a time, then the answer. */
  "/late": (url, _request, response) => setTimeout(() => response.end("late"), number(url, "ms", 0)),
  /** An event stream. */
  "/events": (url, _request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    drip(response, {
      pieces: number(url, "pieces", 3),
      everyMs: number(url, "ms", 100),
      piece: (left) => `data: ${left}\n\n`,
    });
  },
  /** The first part of an answer without a length; the rest comes when another request asks for it. */
  "/held": (_url, request) => {
    request.socket.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nfirst");
    held.push(request.socket);
  },
  "/release": (_url, _request, response) => {
    for (const socket of held.splice(0)) socket.end(" rest");
    response.end();
  },
  /** A download with a length, at a steady rate. */
  "/download": (url, _request, response) => {
    const [pieces, everyMs] = [number(url, "pieces", 10), number(url, "ms", 100)];
    response.setHeader("content-length", pieces * 1000);
    drip(response, { pieces, everyMs, piece: () => MEGABYTE.subarray(0, 1000) });
  },
  "/megabytes": (url, _request, response) => {
    let left = number(url, "count", 1);
    response.setHeader("content-length", left * MEGABYTE.length);
    const more = () => {
      while (left > 0) {
        left -= 1;
        if (!response.write(MEGABYTE)) return response.once("drain", more);
      }
      response.end();
    };
    more();
  },
  /** Counts a body. */
  "/body": (_url, request, response) => {
    bodies += 1;
    let bytes = 0;
    request.on("data", (chunk) => (bytes += chunk.length));
    request.on("end", () => response.end(JSON.stringify({ name, bytes, trailers: request.trailers })));
  },
  "/bodies": (_url, _request, response) => response.end(String(bodies)),
  "/hints": (_url, _request, response) =>
    response.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" }, () => response.end("hinted")),
  "/trailers": (_url, _request, response) => {
    response.writeHead(200, { trailer: "x-sum" }).write("body");
    response.addTrailers({ "x-sum": "4" });
    response.end();
  },
  "/compressed": (_url, _request, response) => {
    const { gzipSync } = require("node:zlib");
    response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" }).end(gzipSync("text"));
  },
  "/range": (_url, request, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    response
      .writeHead(206, { "content-range": `bytes ${first}-${last}/10` })
      .end("0123456789".slice(first, Number(last) + 1));
  },
  "/moved": (_url, _request, response) => response.writeHead(302, { location: "http://elsewhere.example/x" }).end(),
  "/failing": (url, _request, response) =>
    response.writeHead(number(url, "status", 500), { "x-from": "application" }).end("own answer"),
  "/breaks": (_url, request) => request.socket.destroy(),
};

const server = createServer({ maxHeaderSize: 48 * 1024 }, (request, response) => {
  const url = new URL(request.url, "http://application");
  const route = routes[url.pathname];
  if (route) return route(url, request, response);
  request.resume();
  response.end(`${name} ${url.pathname}`);
});
server.requestTimeout = 0;

// What comes by a socket goes back. A WebSocket's first bytes are taken as they are: proxies do not look into them.
server.on("upgrade", (request, socket) => {
  const key = request.headers["sec-websocket-key"];
  const accept =
    key === undefined
      ? ""
      : `Sec-WebSocket-Accept: ${createHash("sha1")
          .update(key + WEBSOCKET)
          .digest("base64")}\r\n`;
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n${accept}X-Server: ${name}\r\n\r\n`,
  );
  sockets.add(socket);
  socket.on("data", (bytes) => socket.write(bytes));
  socket.on("error", () => {}).on("end", () => socket.end());
  socket.on("close", () => sockets.delete(socket));
});

server.listen(3000, "0.0.0.0");
process.on("SIGTERM", () => {
  for (const socket of sockets) socket.end("bye");
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
