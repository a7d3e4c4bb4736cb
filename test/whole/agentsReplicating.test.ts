import assert from "node:assert/strict";
import { markOf } from "../../agent/mysql/secrets.ts";
import { eventually } from "../../engine/eventually.ts";
import { type AgentStage, createAgentStage, skipWithoutEngine } from "../agentStage.ts";
import { skipAfterFailure } from "../steps.ts";

const [ONE, TWO] = ["mysql-server1", "mysql-server2"] as const;
const IN_PLACE = /^(primary, term \d+|replica of \S+)$/;

describe("agents beside a semisync primary and its replica", function () {
  this.timeout("10m");
  skipAfterFailure();
  let stage: AgentStage;
  before(skipWithoutEngine);
  before(async () => {
    stage = await createAgentStage({ replication: "semisync", withoutReplica: "wait" });
  });
  after(() => stage?.remove());

  const is = (name: string, statement: string, wanted: string, seconds = 60) =>
    eventually(async () => assert.equal(await stage.rows(name, statement), wanted), seconds);
  const untilInPlace = () => Promise.all([ONE, TWO].map((name) => stage.untilState(name, IN_PLACE)));

  it("begin a cluster, and clone the first member's data", async () => {
    await stage.untilState(ONE, /^primary, term 1$/);
    await stage.untilState(TWO, /^replica of mysql-server1.replication$/);
    assert.equal(await stage.rows(ONE, "SELECT @@global.rpl_semi_sync_source_enabled, @@global.read_only"), "1\t0");
    // It is open to administrators for the seconds in which its agent loads the time zones.
    await is(TWO, "SELECT @@global.super_read_only", "1");
  });

  it("make every account, and no transaction of a node's own", async () => {
    const accounts = "SELECT GROUP_CONCAT(User ORDER BY User) FROM mysql.user WHERE Host <> 'localhost'";
    for (const name of [ONE, TWO]) {
      assert.equal(await stage.rows(name, accounts), "application,backup,monitoring,replication,router,steward");
    }
    const executed = await stage.rows(ONE, "SELECT @@global.gtid_executed");
    await is(TWO, "SELECT @@global.gtid_executed", executed);
    assert.doesNotMatch(executed, /,/);
  });

  it("load the named time zones", async () => {
    const summer = "SELECT CONVERT_TZ('2026-07-01 12:00', 'UTC', 'Europe/Berlin')";
    for (const name of [ONE, TWO]) await is(name, summer, "2026-07-01 14:00:00");
  });

  it("give accounts another password, and keep replicating with it", async () => {
    for (const account of ["root", "replication", "application"] as const) await stage.setPassword(account, "another");
    await eventually(async () => {
      for (const name of [ONE, TWO]) {
        const marks = await stage.execute(name, ...client("another", "SELECT account, mark FROM cluster.passwords"));
        for (const account of ["replication", "application"]) {
          assert.ok(marks.includes(`${account}\t${markOf("another")}`), `${name}: ${marks}`);
        }
      }
      assert.equal((await stage.execute(TWO, "cat", "/var/run/mysqld/connected-with")).trim(), markOf("another"));
    }, 60);
    await stage.setPassword("root", "root");
    await eventually(() => Promise.all([ONE, TWO].map((name) => stage.rows(name, "DO 0"))), 60);
    await untilInPlace();
  });

  it("replace a password that a person has set", async () => {
    const stored = "SELECT authentication_string FROM mysql.user WHERE User = 'backup'";
    const account = `backup@'${stage.cluster.accountHosts.backup}'`;
    // One session: the agent may replace the password at once.
    const own = await stage.rows(ONE, `SET sql_log_bin = 0; ALTER USER ${account} IDENTIFIED BY 'own'; ${stored}`);
    await eventually(async () => assert.notEqual(await stage.rows(ONE, stored), own), 30);
    await eventually(async () => assert.match(await stage.log(ONE), /backup had another password than the file/), 30);
  });

  it("bring a killed server back into its place, and lose nothing", async () => {
    await stage.rows(ONE, "CREATE TABLE foobar.written (id INT PRIMARY KEY); INSERT INTO foobar.written VALUES (1)");
    for (const name of [TWO, ONE]) {
      await stage.killServer(name);
      await stage.untilState(name, /^starting/);
      await untilInPlace();
    }
    await is(TWO, "SELECT COUNT(*) FROM foobar.written", "1");
    assert.match(await stage.state(ONE), /^primary, term 1$/);
  });

  it("let a server apply a long transaction that it has received, and do not clone over it", async () => {
    const back = await stage.withoutAgent(TWO);
    await stage.rows(TWO, "STOP REPLICA SQL_THREAD");
    await stage.rows(
      ONE,
      "SET SESSION binlog_format = 'STATEMENT'; INSERT INTO foobar.written SELECT 50 FROM (SELECT SLEEP(4)) AS pause",
    );
    await stage.killServer(TWO);
    const before = (await stage.log(TWO)).length;
    await back();
    await untilInPlace();
    await is(TWO, "SELECT COUNT(*) FROM foobar.written WHERE id = 50", "1");
    assert.doesNotMatch((await stage.log(TWO)).slice(before), /clone|connections ended/);
  });

  it("switch over as the controller asks, and back", async () => {
    for (const [member, from, to] of [
      ["mysql-server2.replication", ONE, TWO],
      ["mysql-server1.replication", TWO, ONE],
    ] as const) {
      const before = performance.now();
      await stage.agent(from, "promote", member);
      console.log(`      promoted after ${Math.round(performance.now() - before)} ms`);
      await stage.untilState(to, /^primary/);
      await stage.untilState(from, /^replica/);
      await stage.rows(to, `INSERT INTO foobar.written SELECT MAX(id) + 1 FROM foobar.written`);
      await is(from, "SELECT MAX(id) FROM foobar.written", await stage.rows(to, "SELECT MAX(id) FROM foobar.written"));
    }
  });

  it("are not needed for a database to serve, and are told by health to be away", async () => {
    const back = await stage.withoutAgent(ONE);
    await eventually(async () => {
      const health = await stage.execute(ONE, "bash", "/etc/mysql/conf.d/health.sh");
      assert.match(health, /^primary.*\nthe agent has not looked for/);
    }, 40);
    assert.ok(await stage.acknowledged(ONE, "INSERT INTO foobar.written VALUES (100)"));
    await back();
    await eventually(
      async () => assert.equal(await stage.execute(ONE, "bash", "/etc/mysql/conf.d/health.sh"), await stage.state(ONE)),
      30,
    );
  });

  it("close a primary that was replaced while its writers wait, and tell none of them that its row is safe", async () => {
    const [backOne, backTwo] = [await stage.withoutAgent(ONE), await stage.withoutAgent(TWO)];
    await stage.rows(TWO, "STOP REPLICA IO_THREAD");
    const writing = stage.acknowledged(ONE, "INSERT INTO foobar.written VALUES (200)");
    await is(
      ONE,
      "SELECT COUNT(*) FROM information_schema.processlist WHERE STATE LIKE 'Waiting for semi-sync ACK%'",
      "1",
    );
    // The replica's agent would receive again, and acknowledge; the primary's comes back when it has been replaced.
    const failover = stage.agent(TWO, "failover");
    await is(TWO, "SELECT COUNT(*) FROM performance_schema.replication_connection_configuration WHERE HOST <> ''", "0");
    await backTwo();
    await failover;
    await stage.untilState(TWO, /^primary, term \d+$/);
    await backOne();
    assert.equal(await writing, false);
    await stage.untilState(ONE, /^diverged: this node has errant transactions/);
    assert.equal(await stage.rows(ONE, "SELECT @@global.super_read_only"), "1");
    assert.match(await stage.agent(ONE, "why", "3"), /diverged/);
  });
});

function client(password: string, statement: string): readonly string[] {
  return ["mysql", "--user=root", `--password=${password}`, "--batch", "--skip-column-names", `--execute=${statement}`];
}
