import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { type HandshakeOptions, open } from "./handshakes.ts";

/** Connections in all. The server closes an idle one after 10 s. */
const CONNECTIONS = 400;
/** Those that have to be open at once, so that the figure says something. */
const FEWEST = 200;
/** Opened at a time: a request under way has buffers, which are not what is measured. */
const AT_ONCE = 10;

/**
 * Bytes that a program's memory grows by for each idle client, which has asked once and keeps its connection. Memory that
 * was taken once is not given back, so the most connections that were open at the same time count.
 * @param pid of the program
 * @param server without TLS: host and port
 * @throws Error where the server has closed connections faster than they were opened
 */
export async function bytesPerConnection(
  pid: number,
  server: HandshakeOptions | Pick<HandshakeOptions, "host" | "port">,
): Promise<number> {
  const sockets: Socket[] = [];
  try {
    const before = await memoryOf(pid);
    let most = 0;
    for (let count = 0; count < CONNECTIONS; count += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, async () => void sockets.push(await asked(server))));
      most = Math.max(most, sockets.filter(({ readyState }) => readyState === "open").length);
    }
    if (most < FEWEST) throw new Error(`of ${CONNECTIONS} connections at most ${most} were open at once`);
    return ((await memoryOf(pid)) - before) / most;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function asked(server: HandshakeOptions | Pick<HandshakeOptions, "host" | "port">): Promise<Socket> {
  const socket = "ca" in server ? open(server) : connect({ host: server.host, port: server.port });
  await once(socket, "ca" in server ? "secureConnect" : "connect");
  socket.setTimeout(0);
  socket.on("error", () => socket.destroy());
  socket.write("GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(socket, "data");
  // What the server sends later, such as its end, is read, so that the socket notices it.
  socket.resume();
  return socket;
}

/** Bytes of a process that are in memory. */
async function memoryOf(pid: number): Promise<number> {
  const [, kB] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kB === undefined) throw new Error(`the process ${pid} is gone`);
  return Number(kB) * 1024;
}
