import assert from "node:assert/strict";
import { markOf } from "../../agent/mysql/secrets.ts";
import { eventually } from "../../engine/eventually.ts";
import { type AgentStage, createAgentStage, skipWithoutEngine } from "../agentStage.ts";
import { skipAfterFailure } from "../steps.ts";

const [ONE, TWO, ARBITER] = ["mysql-server1", "mysql-server2", "mysql-arbiter"] as const;
const ALL = [ONE, TWO, ARBITER] as const;
const MEMBER = /^member, (PRIMARY|SECONDARY)$/;

describe("agents of a group", function () {
  this.timeout("15m");
  skipAfterFailure();
  let stage: AgentStage;
  before(skipWithoutEngine);
  before(async () => {
    stage = await createAgentStage({ replication: "group" });
  });
  after(() => stage?.remove());

  const untilInGroup = (seconds = 240) => Promise.all(ALL.map((name) => stage.untilState(name, MEMBER, seconds)));
  const untilPrimary = (name: string) => stage.untilState(name, /^member, PRIMARY$/, 120);
  const newest = (name: string) =>
    stage.rows(
      name,
      "SELECT CONCAT_WS(' ', epoch, member, reason) FROM cluster.appointments ORDER BY epoch DESC LIMIT 1",
    );

  it("begin it with the configured primary, and the others clone its data", async () => {
    await untilInGroup();
    await untilPrimary(ONE);
    assert.match(await newest(ONE), /^1 mysql-server1\.replication configured$/);
    await stage.rows(ONE, "CREATE TABLE foobar.written (id INT PRIMARY KEY); INSERT INTO foobar.written VALUES (1)");
  });

  it("record the member that a group elects when its primary is killed, and bring that one back", async () => {
    const back = await stage.withoutServer(ONE);
    await untilPrimary(TWO);
    await eventually(async () => assert.match(await newest(TWO), /^\d+ mysql-server2\.replication elected$/), 60);
    await stage.rows(TWO, "INSERT INTO foobar.written VALUES (2)");
    await back();
    await untilInGroup();
    await eventually(async () => assert.equal(await stage.rows(ONE, "SELECT COUNT(*) FROM foobar.written"), "2"), 60);
  });

  it("switch over as the controller asks", async () => {
    const before = performance.now();
    await stage.agent(ONE, "promote", "mysql-server1.replication");
    console.log(`      promoted after ${Math.round(performance.now() - before)} ms`);
    await untilPrimary(ONE);
    assert.match(await newest(ONE), /^\d+ mysql-server1\.replication configured$/);
  });

  it("bring one member after the other back with another password", async () => {
    await stage.setPassword("replication", "another");
    const connected = async (name: string) =>
      (await stage.execute(name, "cat", "/var/run/mysqld/connected-with")).trim();
    const marks = "SELECT mark FROM cluster.passwords WHERE account = 'replication'";
    for (const name of ALL)
      await eventually(async () => assert.equal(await stage.rows(name, marks), markOf("another")), 60);
    assert.notEqual(await connected(TWO), markOf("another"), "it is in the group with the former one");
    await stage.execute(TWO, "touch", "/var/run/mysqld/regroup");
    await eventually(async () => assert.equal(await connected(TWO), markOf("another")), 120);
    await untilInGroup();
  });

  it("begin it again when all of its members were killed at once", async () => {
    await Promise.all(ALL.map((name) => stage.killServer(name)));
    const before = performance.now();
    await Promise.all(ALL.map((name) => stage.untilState(name, /^(starting|alone|waiting)/, 60)));
    await untilInGroup();
    console.log(`      all are in the group after ${Math.round(performance.now() - before)} ms`);
    assert.equal(await stage.rows(TWO, "SELECT COUNT(*) FROM foobar.written"), "2");
    const primaries = await Promise.all(ALL.map((name) => stage.rows(name, "SELECT @@global.super_read_only")));
    assert.equal(primaries.filter((readOnly) => readOnly === "0").length, 1);
  });
});
