import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { LOCAL_ENDPOINT } from "../../config/choices.ts";
import { parseConfig } from "../../config/config.ts";
import { engineLabels, type Purpose, SERVICE_LABEL } from "../../engine/labels.ts";
import { engineState } from "../../engine/state.ts";
import { startStopped, stopAll } from "../../operations/stack/stopping.ts";
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
    await Promise.allSettled(ids.map((id) => engine.getContainer(id).remove({ force: true })));
  });

  const start = async (stack: typeof STACK, service: string, purpose?: Purpose) => {
    const container = await engine.createContainer({
      Image: IMAGE,
      Entrypoint: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
      StopSignal: "SIGTERM",
      Labels: {
        ...engineLabels(stack, purpose === undefined ? {} : { purpose }),
        [SERVICE_LABEL]: service,
      },
      HostConfig: { NetworkMode: "none" },
    });
    ids.push(container.id);
    await container.start();
    return container;
  };
  type Container = Awaited<ReturnType<typeof start>>;
  const stateOf = async (container: Container) => (await container.inspect()).State;
  const isRunning = async (container: Container) => (await stateOf(container)).Running;
  const isServing = async () => (await engineState({ endpoint: LOCAL_ENDPOINT }, STACK)).isServing;

  it("stops at once, databases last, and its containers can be started again", async () => {
    assert.equal(await isServing(), false);
    const [database, web, drill, other] = await Promise.all([
      start(STACK, "mysql-server1"),
      start(STACK, "web-server1"),
      start(STACK, "writer", "drill"),
      start(OTHER, "web-server1"),
    ]);
    assert.equal(await isServing(), true);

    const known = new Set([database.id, web.id]);
    await stopAll([engine], known);
    const ends = await Promise.all([web, database].map(async (one) => (await stateOf(one)).FinishedAt));
    assert.deepEqual(ends, ends.toSorted(), "the database ended before the web server");
    assert.equal(await isRunning(drill), true);
    assert.equal(await isRunning(other), true);

    await web.remove();
    const started = await startStopped(engine, known);
    assert.equal(started.length, 1);
    assert.equal(await isRunning(database), true);
  });
});
