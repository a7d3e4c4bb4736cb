import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { untilTrue } from "../../engine/eventually.ts";
import { engineState } from "../../engine/state.ts";

describe("an engine that takes requests and answers none", () => {
  it("is given up with all of its connections, which would keep the process alive", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      open.add(socket);
      socket
        .resume()
        .on("close", () => open.delete(socket))
        .on("error", () => {});
    });
    server.listen(join(folder, "engine.sock"));
    await once(server, "listening");
    try {
      await assert.rejects(engineState(`unix://${folder}/engine.sock`, { project: "foobar", stack: "dev" }));
      await untilTrue("a connection is still open", () => open.size === 0, 2);
    } finally {
      for (const socket of open) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
