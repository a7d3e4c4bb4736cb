import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Container } from "dockerode";
import { logging } from "../../components/logging.ts";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { logText } from "../../engine/streams.ts";
import { devConfig } from "../devConfig.ts";
import { engine, engineMissing } from "../engine.ts";

const IMAGE = parseConfig("foobar", "dev", devConfig()).images.nginx;

describe("a log server that gets the lines of containers", function () {
  this.timeout(60_000);
  const ids: string[] = [];
  const server: Socket = createSocket("udp4");
  const lines: string[] = [];

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    server.on("message", (line) => lines.push(line.toString()));
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(async () => {
    server.close();
    await Promise.allSettled(ids.map((id) => engine.getContainer(id).remove({ force: true })));
  });

  const run = async (port: number, text: string) => {
    const { logDriver: Type, logOpts: Config } = logging(
      { keepMb: 30, syslog: `udp://127.0.0.1:${port}` },
      "web-server1",
    );
    const container = await engine.createContainer({
      Image: IMAGE,
      Entrypoint: ["sh", "-c", `echo '${text}'`],
      HostConfig: { NetworkMode: "none", LogConfig: { Type, Config } },
    });
    ids.push(container.id);
    const ended = container.wait();
    await container.start();
    assert.equal((await ended).StatusCode, 0);
    return container;
  };

  const kept = async (container: Container) =>
    logText(await container.logs({ stdout: true, stderr: true, follow: false })).trim();

  it("names the container in each line, and the engine keeps the lines, too", async () => {
    const container = await run(server.address().port, '{"request_id":"a1"}');
    await eventually(
      () => assert.match(lines.join("\n"), /^<\d+>1 \S+T\S+ \S+ web-server1 .*\{"request_id":"a1"\}/m),
      10,
    );
    assert.equal(await kept(container), '{"request_id":"a1"}');
  });

  it("holds up no container while it is away", async () => {
    const away = createSocket("udp4");
    away.bind(0, "127.0.0.1");
    await once(away, "listening");
    const { port } = away.address();
    away.close();
    const container = await run(port, "still here");
    await eventually(async () => assert.equal(await kept(container), "still here"), 10);
  });
});
