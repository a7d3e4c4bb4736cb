import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { engineClient } from "../../engine/client.ts";
import { nodesOf, startAll } from "../../operations/database/nodes.ts";
import { enginesOf } from "../../operations/stack/engines.ts";
import { finder } from "../../operations/stack/find.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { type FakeContainer, fakeEngine } from "../fakeEngine.ts";

/** The databases of the dev stack, on an engine at this endpoint. */
function nodesAt(endpoint: string) {
  const topology = planTopology(parseConfig("foobar", "dev", devConfig()));
  const engines = enginesOf(topology, () => engineClient({ endpoint }));
  return nodesOf({ find: finder(engines, topology) });
}

describe("databases that are started again", () => {
  it("are started each, and those that are not are named", async () => {
    const started: string[] = [];
    const start = async (name: string) => {
      if (name === "one") throw new Error("no such container");
      started.push(name);
    };
    await assert.rejects(startAll({ start }, ["one", "two"]), /one \(no such container\) did not start again/);
    assert.deepEqual(started, ["two"]);
  });
});

describe("a database that must not go on", () => {
  for (const state of ["running", "paused", "restarting", "exited"] as const) {
    it(`has ended, where its container is ${state}`, async () => {
      const container: FakeContainer = { name: "mysql-server1-0123abc", state };
      const engine = await fakeEngine([], { containers: [container] });
      try {
        assert.ok(await nodesAt(engine.endpoint).fence("mysql-server1"));
        assert.equal(container.state, "exited");
      } finally {
        await engine.close();
      }
    });
  }

  it("is none where there is no container of its own", async () => {
    const engine = await fakeEngine([], { containers: [{ name: "mysql-server1-files-0123abc", state: "running" }] });
    try {
      assert.ok(!(await nodesAt(engine.endpoint).fence("mysql-server1")));
    } finally {
      await engine.close();
    }
  });
});
