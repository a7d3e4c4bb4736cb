import assert from "node:assert/strict";
import { eventually } from "../../../engine/eventually.ts";
import { skipWithoutEngine } from "../../acknowledgedRows.ts";
import { skipAfterFailure } from "../../steps.ts";
import { type AgentStage, createAgentStage } from "./stage.ts";

const [ONE, TWO] = ["mysql-server1", "mysql-server2"] as const;

describe("agents beside a semisync primary and its replica", function () {
  this.timeout("10m");
  skipAfterFailure();
  let stage: AgentStage;
  before(skipWithoutEngine);
  before(async () => {
    stage = await createAgentStage({ replication: "semisync", withoutReplica: "wait" });
  });
  after(() => stage?.remove());

  it("begin a cluster, and clone the first member's data", async () => {
    await stage.untilState(ONE, /^primary, term 1$/);
    await stage.untilState(TWO, /^replica of mysql-server1.replication$/);
    assert.equal(await stage.rows(ONE, "SELECT @@global.rpl_semi_sync_source_enabled, @@global.read_only"), "1\t0");
    assert.equal(await stage.rows(TWO, "SELECT @@global.super_read_only"), "1");
  });

  it("make every account, and no transaction of a node's own", async () => {
    const accounts = "SELECT GROUP_CONCAT(User ORDER BY User) FROM mysql.user WHERE Host <> 'localhost'";
    for (const name of [ONE, TWO]) {
      assert.equal(await stage.rows(name, accounts), "application,backup,monitoring,replication,router,steward");
    }
    const executed = await stage.rows(ONE, "SELECT @@global.gtid_executed");
    await eventually(async () => assert.equal(await stage.rows(TWO, "SELECT @@global.gtid_executed"), executed), 20);
    assert.doesNotMatch(executed, /,/);
  });

  it("load the named time zones", async () => {
    for (const name of [ONE, TWO]) {
      await eventually(
        async () =>
          assert.equal(
            await stage.rows(name, "SELECT CONVERT_TZ('2026-07-01 12:00', 'UTC', 'Europe/Berlin')"),
            "2026-07-01 14:00:00",
          ),
        60,
      );
    }
  });
});
