import assert from "node:assert/strict";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { docker, engineMissing } from "../engine.ts";
import { createHttpStage, type HttpStage } from "../httpStage.ts";
import { measured } from "../site.ts";
import { type OpenSocket, upgrade } from "../sockets.ts";

const MEGABYTE = 1024 * 1024;
const GIGABYTE = 1024 * MEGABYTE;
const WEB = ["web-server1", "web-server2"];

describe("HTTP at its limits, with the memory of the stack's containers", function () {
  this.timeout("10m");
  let stage: HttpStage;

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stage = await createHttpStage({
      "foobar:web": { maxBodyMb: 2048 },
      "foobar:loadBalancer": { connectionsPerSource: 2000 },
    });
  });
  after(() => stage?.remove());

  /** The most memory that each container has used, with the files that it has in memory, of its limit. */
  const notFull = async (what: string) => {
    for (const name of [...WEB, "haproxy"]) {
      const file = "/sys/fs/cgroup/memory";
      const read = `cat ${file}/memory.max_usage_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.peak`;
      const most = Number(await docker("exec", stage.id(name), "sh", "-c", read));
      const [limit, killed] = (
        await docker("inspect", "--format={{.HostConfig.Memory}} {{.State.OOMKilled}}", stage.id(name))
      ).split(" ");
      measured(
        `${what}: container=${name} most_mb=${Math.round(most / MEGABYTE)} limit_mb=${Number(limit) / MEGABYTE}`,
      );
      assert.equal(killed, "false");
      assert.ok(most < Number(limit), name);
    }
    for (const name of WEB) {
      assert.equal(await docker("exec", stage.id(name), "sh", "-c", "find /tmp -type f -size +8k"), "");
    }
  };

  const answerOf = (sent: ClientRequest) =>
    new Promise<IncomingMessage>((resolve, reject) => sent.on("response", resolve).on("error", reject));
  const bytesOf = async (answer: AsyncIterable<Buffer>) => {
    let bytes = 0;
    for await (const chunk of answer) bytes += chunk.length;
    return bytes;
  };

  it("takes bodies of 1 GB, with and without a length", async () => {
    for (const headers of [{ "content-length": GIGABYTE }, { "transfer-encoding": "chunked" }]) {
      const sent = request(`${stage.url}/body`, { method: "POST", headers, agent: false });
      const answer = answerOf(sent);
      const piece = Buffer.alloc(MEGABYTE);
      await pipeline(Readable.from(Array.from({ length: 1024 }, () => piece)), sent);
      const parts: Buffer[] = [];
      for await (const part of await answer) parts.push(part);
      assert.equal(JSON.parse(Buffer.concat(parts).toString()).bytes, GIGABYTE);
    }
    await notFull("uploads of 1 GB");
  });

  it("passes on answers of 1 GB", async () => {
    const sent = request(`${stage.url}/megabytes?count=1024`, { agent: false }).end();
    assert.equal(await bytesOf(await answerOf(sent)), GIGABYTE);
    await notFull("a download of 1 GB");
  });

  it("holds 800 WebSockets on each web server", async () => {
    const sockets: OpenSocket[] = [];
    for (let batch = 0; batch < 32; batch++) {
      const opened = await Promise.all(Array.from({ length: 50 }, () => upgrade(stage.url, "websocket")));
      for (const socket of opened) {
        assert.ok(typeof socket !== "number", `after ${sockets.length} sockets: ${socket}`);
        sockets.push(socket);
      }
    }
    for (const socket of sockets) assert.equal(await socket.echo("hello"), "hello");
    await notFull("1600 WebSockets");
    for (const socket of sockets) socket.close();
  });

  it("finishes a download of a minute while HAProxy is replaced", async () => {
    const sent = request(`${stage.url}/download?pieces=60&ms=1000`, { agent: false }).end();
    const answer = await answerOf(sent);
    await stage.replaceHaproxy();
    assert.equal(await bytesOf(answer), 60_000);
  });
});
