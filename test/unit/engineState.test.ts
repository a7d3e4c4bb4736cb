import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { untilTrue } from "../../engine/eventually.ts";
import { engineState, mysqlName } from "../../engine/state.ts";

describe("an image of MySQL without a tag", () => {
  it("has the version of its environment", () => {
    assert.equal(mysqlName(["PATH=/usr/bin", "MYSQL_MAJOR=9.7", "MYSQL_VERSION=9.7.4-1.el9"]), "mysql:9.7.4");
    assert.equal(mysqlName(["NGINX_VERSION=1.30.6"]), undefined);
  });
});

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
      await assert.rejects(
        engineState({ endpoint: `unix://${folder}/engine.sock` }, { project: "foobar", stack: "dev" }),
      );
      await untilTrue("a connection is still open", () => open.size === 0, 2);
    } finally {
      for (const socket of open) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
