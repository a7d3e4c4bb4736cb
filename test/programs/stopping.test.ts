import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { engineLabels, SERVICE_LABEL } from "../../engine/labels.ts";
import { stopWithTheFirst } from "../../operations/stack/stopping.ts";
import { devConfig } from "../devConfig.ts";
import { engine, engineMissing } from "../engine.ts";

const STACK = { project: "foobar-test", stack: randomUUID().slice(0, 8) };
const OTHER = { ...STACK, stack: `${STACK.stack}-other` };
const IMAGE = parseConfig("foobar", "dev", devConfig()).images.nginx;

describe("a stack that is taken down", function () {
  this.timeout(60_000);
  const ids: string[] = [];

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
  });
  after(async () => {
    await Promise.all(ids.map((id) => engine.getContainer(id).remove({ force: true })));
  });

  const start = async (stack: typeof STACK, service: string) => {
    const container = await engine.createContainer({
      Image: IMAGE,
      Entrypoint: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
      StopSignal: "SIGTERM",
      Labels: { ...engineLabels(stack), [SERVICE_LABEL]: service },
      HostConfig: { NetworkMode: "none" },
    });
    ids.push(container.id);
    await container.start();
    return container;
  };
  type Container = Awaited<ReturnType<typeof start>>;
  const stateOf = async (container: Container) => (await container.inspect()).State;
  const hasEnded = (container: Container) =>
    eventually(async () => assert.equal((await stateOf(container)).Status, "exited"), 20);

  it("stops as a whole when its first container is told to, databases last, and nothing else is stopped", async () => {
    const [database, web, first, other] = await Promise.all([
      start(STACK, "mysql-server1"),
      start(STACK, "web-server1"),
      start(STACK, "haproxy-lb1"),
      start(OTHER, "web-server1"),
    ]);
    const end = await stopWithTheFirst(engine, STACK);
    try {
      assert.equal((await stateOf(web)).Running, true);
      await first.stop({ t: 5 });
      await Promise.all([hasEnded(web), hasEnded(database)]);
    } finally {
      end();
    }
    const ends = await Promise.all([web, database].map(async (one) => (await stateOf(one)).FinishedAt));
    assert.deepEqual(ends, [...ends].sort(), "the database ended before the web server");
    assert.equal((await stateOf(other)).Running, true);
  });

  it("is left alone once the watch has ended", async () => {
    const [web, first] = await Promise.all([start(STACK, "web-server1"), start(STACK, "haproxy-lb1")]);
    (await stopWithTheFirst(engine, STACK))();
    await first.stop({ t: 5 });
    assert.equal((await stateOf(web)).Running, true);
  });
});
