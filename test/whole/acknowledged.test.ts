import assert from "node:assert/strict";
import { HELD, UNAPPLIED } from "../../agent/sql.ts";
import { NODE_PATHS } from "../../components/mysqlCluster/folders.ts";
import { eventually } from "../../engine/eventually.ts";
import { beginGroup } from "../../operations/database/beginGroup.ts";
import { planFailover } from "../../operations/database/failover.ts";
import { countOf } from "../../operations/database/members.ts";
import { planRecovery } from "../../operations/database/recovery.ts";
import { lost, makeRowStage, skipWithoutEngine, writeRows, written } from "../acknowledgedRows.ts";
import type { MysqlStage } from "../mysqlStage.ts";
import { skipAfterFailure } from "../steps.ts";

const [ONE, TWO, ARBITER] = ["mysql-server1", "mysql-server2", "mysql-arbiter"] as const;

describe("transactions that a semisync primary has acknowledged, and its replica only received", function () {
  this.timeout("10m");
  skipAfterFailure();
  let stage: MysqlStage;
  before(skipWithoutEngine);
  before(async () => {
    stage = await makeRowStage({ replication: "semisync", withoutReplica: "wait" });
  });
  after(() => stage?.remove());

  const server = (name: string) => name.replace("mysql-", "");
  const unapplied = async (name: string) => countOf(await stage.rows(name, `SELECT ${UNAPPLIED}`));
  /** When the database last cloned. */
  const cloned = (name: string) => stage.rows(name, "SELECT BEGIN_TIME FROM performance_schema.clone_status");
  const plan = async (name: string) => {
    const { members, covers } = await stage.members();
    return planFailover(stage.cluster, members, server(name), covers);
  };

  it("survive that both are killed and the failover goes to the replica alone", async () => {
    await stage.holdApplier(TWO, "foobar.written");
    const acknowledged = await writeRows(stage, ONE, 60);
    assert.ok((await unapplied(TWO)) >= 60);
    await stage.kill(ONE, TWO);
    await stage.start(TWO);
    await stage.untilState(TWO, /^alone/);
    const failover = await plan(TWO);
    assert.match(failover.cost, /^nothing that server1 acknowledged is lost/);
    await stage.promote(failover);
    assert.deepEqual(await lost(stage, TWO, acknowledged), []);
    await stage.untilInPlace();
    assert.deepEqual(await lost(stage, ONE, acknowledged), [], "the old primary follows");
  });

  it("survive that both are killed while writing, and the replica twice more", async () => {
    await stage.holdApplier(ONE, "foobar.written");
    const writing = stage.write(TWO, 8, 10_001);
    await eventually(async () => assert.ok(writing.acknowledged.length >= 300), 60);
    await stage.kill(ONE, TWO);
    await writing.stop();
    for (const time of ["first", "second"]) {
      await stage.start(ONE);
      await eventually(async () => {
        console.log(`      left to be applied when it is killed the ${time} time: ${await unapplied(ONE)}`);
      }, 120);
      await stage.kill(ONE);
    }
    await stage.start(ONE);
    await stage.untilState(ONE, /^alone/);
    const failover = await plan(ONE);
    assert.match(failover.cost, /^nothing that server2 acknowledged is lost/);
    await stage.promote(failover);
    assert.deepEqual(await lost(stage, ONE, writing.acknowledged), []);

    // Transactions that the old primary had not sent before it was killed were not acknowledged.
    await stage.untilState(TWO, /^(replica of|diverged)/);
    const [state] = (await stage.execute(TWO, ["cat", NODE_PATHS.state])).split(":");
    console.log(`      the old primary, killed with writers under way, is ${state}`);
    if (state !== "diverged") return;
    const own = (await stage.rows(TWO, "SELECT id FROM foobar.written")).split("\n").map(Number);
    const errant = await lost(stage, ONE, own);
    assert.deepEqual(
      errant.filter((number) => writing.acknowledged.includes(number)),
      [],
    );
    await stage.kill(TWO);
    await stage.inData(TWO, "find . -mindepth 1 -delete");
    await stage.start(TWO);
    await stage.untilInPlace();
  });

  it("survive that both are killed and come back, with a change of the table last; nothing is cloned", async () => {
    const before = await cloned(TWO);
    await stage.holdApplier(TWO, "foobar.written");
    const acknowledged = await writeRows(stage, ONE, 60);
    await stage.databases.ask(ONE, "ALTER TABLE foobar.written ADD COLUMN note INT");
    await stage.kill(ONE, TWO);
    await stage.start(TWO);
    await stage.untilState(TWO, /^alone/);
    await stage.start(ONE);
    await stage.untilInPlace();
    assert.deepEqual(await lost(stage, TWO, acknowledged), []);
    assert.equal(await stage.rows(TWO, "SELECT COUNT(note) FROM foobar.written"), "0");
    await stage.databases.ask(ONE, "ALTER TABLE foobar.written DROP COLUMN note");
    assert.equal(await cloned(TWO), before);
  });

  it("survive that the last event in the replica's relay log is incomplete: it is fetched again", async () => {
    const before = await cloned(TWO);
    await stage.holdApplier(TWO, "foobar.written");
    const acknowledged = await writeRows(stage, ONE, 20);
    await stage.kill(TWO);
    await stage.inData(TWO, 'log=$(ls relay.0* | tail -n 1); truncate -s $(($(stat -c %s "$log") - 7)) "$log"');
    await stage.start(TWO);
    await stage.untilInPlace();
    assert.deepEqual(await lost(stage, TWO, acknowledged), []);
    assert.equal(await cloned(TWO), before);
  });

  it("delay a failover while a lock blocks the applier", async () => {
    const release = await stage.holdApplier(TWO, "foobar.written");
    const acknowledged = await writeRows(stage, ONE, 20);
    await stage.kill(ONE);
    await stage.untilState(TWO, /^alone/);
    let isOver = false;
    const promoted = stage.promote(await plan(TWO)).finally(() => {
      isOver = true;
    });
    const asked = "SELECT COUNT(*) FROM performance_schema.replication_connection_status WHERE SERVICE_STATE = 'OFF'";
    await eventually(async () => assert.equal(await stage.rows(TWO, asked), "1"), 60);
    assert.ok(!isOver && (await unapplied(TWO)) >= 20);
    await release();
    await promoted;
    assert.deepEqual(await lost(stage, TWO, acknowledged), []);
    await stage.untilInPlace();
  });

  it("stay on a replica that cannot apply them while no other member has them", async () => {
    const before = await cloned(ONE);
    const next = Number(await stage.rows(TWO, "SELECT MAX(id) + 10 FROM foobar.written"));
    await stage.databases.ask(
      ONE,
      `SET GLOBAL super_read_only = OFF; SET sql_log_bin = 0; INSERT INTO foobar.written VALUES (${next}); SET GLOBAL super_read_only = ON`,
    );
    await stage.holdApplier(ONE, "foobar.written");
    const acknowledged = await writeRows(stage, TWO, 40);
    await stage.kill(ONE, TWO);
    await stage.start(ONE);
    await stage.untilState(ONE, /^alone/);
    await eventually(() => assert.rejects(plan(ONE), /cannot apply and that a failover would lose: 1062/), 60);
    assert.equal(await cloned(ONE), before);
    await stage.start(TWO);
    await stage.untilInPlace();
    assert.notEqual(await cloned(ONE), before, "now that the primary has all of it");
    assert.deepEqual(await lost(stage, ONE, acknowledged), []);
  });

  it("do not make a replica diverged that has a transaction before its primary has acknowledged it", async () => {
    const before = await cloned(ONE);
    // The replica receives, and confirms nothing.
    await stage.databases.ask(
      ONE,
      "SET GLOBAL rpl_semi_sync_replica_enabled = OFF; STOP REPLICA IO_THREAD; START REPLICA IO_THREAD",
    );
    await stage.untilState(ONE, /^replica of/);
    const first = Number(await stage.rows(TWO, "SELECT MAX(id) + 1 FROM foobar.written"));
    const writing = stage.write(TWO, 1, first);
    const waiting = async () => {
      const [sent, had] = [
        await stage.rows(TWO, "SELECT @@global.gtid_owned"),
        await stage.rows(ONE, `SELECT ${HELD}`),
      ];
      const owned = sent.replaceAll(/#\d+/g, "");
      assert.ok(owned !== "");
      assert.equal(await stage.rows(ONE, `SELECT GTID_SUBSET('${owned}', '${had}')`), "1");
    };
    await eventually(waiting, 60);
    assert.deepEqual(writing.acknowledged, []);
    await stage.kill(ONE);
    await stage.start(ONE);
    await stage.untilInPlace();
    await written(writing, 1);
    await writing.stop();
    assert.equal(await cloned(ONE), before);
  });
});

describe("transactions that a group has acknowledged, and members only received", function () {
  this.timeout("10m");
  skipAfterFailure();
  let stage: MysqlStage;
  before(skipWithoutEngine);
  before(async () => {
    stage = await makeRowStage({ replication: "group" });
  });
  after(() => stage?.remove());

  /** Begins the group again without the members that do not answer, as `recover` does. */
  const recover = async () => {
    const { members, covers } = await stage.members();
    const recovery = planRecovery(stage.cluster, members, undefined, covers);
    assert.ok(recovery.kind === "begin-group");
    const { databases, execute } = stage;
    const begun = await beginGroup(stage.cluster, members, recovery.without, { ask: databases.ask, execute });
    return { cost: recovery.cost, begun: `mysql-${begun}` };
  };
  const has = async (name: string, transactions: string) =>
    assert.equal(await stage.rows(name, `SELECT GTID_SUBSET('${transactions}', ${HELD})`), "1");

  it("survive that all are killed and the primary stays away", async () => {
    for (const name of [TWO, ARBITER]) await stage.holdApplier(name, "foobar.written");
    const acknowledged = await writeRows(stage, ONE, 60);
    const all = await stage.rows(ONE, "SELECT @@global.gtid_executed");
    for (const name of [TWO, ARBITER]) await eventually(() => has(name, all), 60);
    await stage.kill(ONE, TWO, ARBITER);
    await stage.start(TWO, ARBITER);
    for (const name of [TWO, ARBITER]) await stage.untilState(name, /^alone: .*silent: mysql-server1/);
    const { cost, begun } = await recover();
    assert.match(cost, /everything that arbiter, server2 have, of which \d+ received transactions/);
    assert.match(cost, /Transactions that only server1 has are lost; some of the last acknowledged ones/);
    assert.deepEqual(await lost(stage, begun, acknowledged), []);
    await stage.start(ONE);
    await stage.untilInPlace();
    for (const name of [ONE, TWO, ARBITER]) {
      assert.deepEqual(await lost(stage, name, acknowledged), [], name);
      await assert.rejects(stage.execute(name, ["test", "-e", NODE_PATHS.givenUp]), "nobody is given up any more");
    }
  });

  it("survive if one member has received more than another: the group begins at that one", async () => {
    const primary = await stage.databases.primary();
    const other = primary === ONE ? TWO : ONE;
    await stage.kill(ARBITER);
    await eventually(async () => {
      const online = "SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE'";
      assert.equal(await stage.rows(primary, online), "2");
    }, 120);
    await stage.holdApplier(other, "foobar.written");
    const acknowledged = await writeRows(stage, primary, 60);
    const all = await stage.rows(primary, "SELECT @@global.gtid_executed");
    await eventually(() => has(other, all), 60);
    await stage.kill(primary, other);
    await stage.start(other, ARBITER);
    for (const name of [other, ARBITER]) await stage.untilState(name, /^alone: .*silent/);
    const { begun } = await recover();
    assert.equal(begun, other);
    assert.deepEqual(await lost(stage, begun, acknowledged), []);
    await stage.start(primary);
    await stage.untilInPlace();
  });
});
