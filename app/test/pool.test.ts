import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { PoolBusy } from "../failure.ts";
import { createPool } from "../pool.ts";

const ACCOUNT = { name: "foobar", user: "app", password: "x", tls: true };
const LIMITS = { connections: 1, queue: 1, connectMs: 300, waitMs: 150, queryMs: 300, ageMs: 60_000 };

/** Accepts connections and does not answer, like a frozen database server. */
async function silentServer(): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => sockets.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

describe("pool", () => {
  it("gives up on a server that accepts a connection and does not answer", async () => {
    const server = await silentServer();
    const pool = createPool({ host: "127.0.0.1", port: server.port }, ACCOUNT, { ...LIMITS, waitMs: 5000 });
    await assert.rejects(pool.connect(), { code: "ETIMEDOUT" });
    assert.deepEqual(pool.usage(), { inUse: 0, waiting: 0 });
    await pool.close();
    await server.close();
  });

  it("bounds both the queue for a connection and the time in it", async () => {
    const server = await silentServer();
    const pool = createPool({ host: "127.0.0.1", port: server.port }, ACCOUNT, { ...LIMITS, connectMs: 2000 });
    const results = await Promise.allSettled([pool.connect(), pool.connect(), pool.connect()]);
    for (const result of results) assert.ok(result.status === "rejected" && result.reason instanceof PoolBusy);
    assert.deepEqual(pool.usage(), { inUse: 0, waiting: 0 });
    await pool.close();
    await server.close();
  });

  it("fails at once if nothing listens, and can be closed", async () => {
    const server = await silentServer();
    await server.close();
    const pool = createPool({ host: "127.0.0.1", port: server.port }, ACCOUNT, LIMITS);
    await assert.rejects(pool.connect(), { code: "ECONNREFUSED" });
    await pool.close();
  });
});
