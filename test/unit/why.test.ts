import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { whyLines } from "../../operations/database/why.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

const { cluster } = planTopology(parseConfig("foobar", "dev", devConfig()));

const DECISION = {
  at: "2026-11-27T12:00:00.000Z",
  times: 3,
  step: "follow mysql-server1.replication first",
  state: "replica of mysql-server1.replication",
  reason: "it is the primary of term 1",
  from: ["own server: term 1 of mysql-server1.replication"],
};

/** The containers that answer with decisions; others do not run. */
const answering =
  (...names: readonly string[]) =>
  async (name: string) => {
    if (!names.includes(name)) throw new Error(`${name} does not run`);
    return `${JSON.stringify(DECISION)}\n`;
  };

describe("why a database is as it is", () => {
  it("is said with the decision, its reason and what it was made from", async () => {
    assert.deepEqual(await whyLines(cluster, "server2", { execute: answering("agent-server2") }), [
      "server2:",
      "2026-11-27T12:00:00.000Z replica of mysql-server1.replication, 3 times",
      "    follow mysql-server1.replication first: it is the primary of term 1",
      "    - own server: term 1 of mysql-server1.replication",
    ]);
  });

  it("is said of all databases where none is named, and of those whose agent is dead", async () => {
    const lines = await whyLines(cluster, undefined, { execute: answering("agent-server2", "mysql-server1") });
    assert.deepEqual(lines.filter((line) => /^server/.test(line)).sort(), ["server1:", "server2:"]);
  });

  it("cannot be said where neither the agent nor the database runs", async () => {
    const lines = await whyLines(cluster, "server1", { execute: answering() });
    assert.deepEqual(lines, ["server1: its decisions cannot be read: mysql-server1 does not run"]);
  });

  it("is asked of servers with a database", async () => {
    await assert.rejects(
      whyLines(cluster, "server9", { execute: answering() }),
      /server9 has no database\n +allowed: +npm run database -- why SERVER, one of: .*server1/,
    );
  });
});
