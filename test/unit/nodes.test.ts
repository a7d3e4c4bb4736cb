import assert from "node:assert/strict";
import { engineClient } from "../../engine/client.ts";
import { nodesOf } from "../../operations/database/nodes.ts";
import { type FakeContainer, fakeEngine } from "../fakeEngine.ts";

const IDENTITY = { project: "foobar", stack: "dev" };

describe("a database that must not go on", () => {
  for (const state of ["running", "paused", "restarting", "exited"] as const) {
    it(`has ended, where its container is ${state}`, async () => {
      const container: FakeContainer = { name: "mysql-server1-0123abc", state };
      const engine = await fakeEngine([], { containers: [container] });
      try {
        assert.ok(await nodesOf(engineClient(engine.endpoint), IDENTITY).fence("mysql-server1"));
        assert.equal(container.state, "exited");
      } finally {
        await engine.close();
      }
    });
  }

  it("is none where there is no container of its own", async () => {
    const engine = await fakeEngine([], { containers: [{ name: "mysql-server1-files-0123abc", state: "running" }] });
    try {
      assert.ok(!(await nodesOf(engineClient(engine.endpoint), IDENTITY).fence("mysql-server1")));
    } finally {
      await engine.close();
    }
  });
});
