import assert from "node:assert/strict";
import { EXECUTED } from "../../agent/sql.ts";
import { eventually } from "../../engine/eventually.ts";
import { opensCommand } from "../../operations/database/opens.ts";
import { settleAccounts } from "../../operations/database/settle.ts";
import { engineMissing } from "../engine.ts";
import { createMysqlStage, type MysqlStage } from "../mysqlStage.ts";

/** Prints the environment of every process in the container, one variable a line. */
const ENVIRONMENTS = "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' || true";
/** Prints the stored account of replication. */
const STORED = "SELECT User_name, User_password FROM mysql.slave_master_info WHERE Channel_name = ''";

describe("the accounts of a cluster", function () {
  this.timeout(240_000);
  let stage: MysqlStage;

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    // Here a logged statement about an account would lock everybody out while the replica is away.
    stage = await createMysqlStage({ replication: "semisync", withoutReplica: "wait" });
    await stage.untilInPlace();
  });

  after(async () => stage?.remove());

  it("can be opened from their own networks alone, with TLS, and root by the socket alone", async () => {
    const { accountHosts } = stage.cluster;
    const rows = await stage.rows(
      "mysql-server2",
      "SELECT User, Host, ssl_type FROM mysql.user WHERE User NOT LIKE 'mysql.%' ORDER BY User",
    );
    assert.deepEqual(rows.split("\n"), [
      `application ${accountHosts.application} ANY`,
      `backup ${accountHosts.backup} ANY`,
      `monitoring ${accountHosts.backup} ANY`,
      "node localhost ",
      `replication ${accountHosts.backup} ANY`,
      "root localhost ",
      `router ${accountHosts.application} `,
      `steward ${accountHosts.backup} ANY`,
    ]);
  });

  it("leave root's password in no environment", async () => {
    for (const name of stage.cluster.databases.flatMap((plan) => [plan.name, plan.agent.name])) {
      const environments = await stage.execute(name, ["bash", "-c", ENVIRONMENTS]);
      assert.match(environments, /^PATH=/m);
      assert.doesNotMatch(environments, /PASSWORD\w*=./);
    }
  });

  it("replicate without a stored password", async () => {
    assert.equal(await stage.rows("mysql-server2", STORED), " ");
  });

  it("lose a password that an older version has stored", async () => {
    await stage.databases.ask(
      "mysql-server2",
      `STOP REPLICA IO_THREAD; CHANGE REPLICATION SOURCE TO SOURCE_USER = 'replication', SOURCE_PASSWORD = 'replication'
        FOR CHANNEL ''; START REPLICA IO_THREAD FOR CHANNEL ''`,
    );
    await eventually(async () => assert.equal(await stage.rows("mysql-server2", STORED), " "), 60);
    await stage.untilInPlace();
  });

  const opens = async (name: string, account: string, password: string) =>
    (await stage.execute(name, opensCommand(account), `${password}\n`)).trim() === "yes";
  const untilOpen = (name: string, account: string, password: string) =>
    eventually(async () => assert.ok(await opens(name, account, password), `${name} refuses ${password}`), 60);

  it("get another password while the replica is away, and it when it is back; then the one before is ended", async () => {
    await stage.kill("mysql-server2");
    for (const account of ["monitoring", "replication"] as const) await stage.setPassword(account, "second");
    for (const account of ["monitoring", "replication"]) {
      await untilOpen("mysql-server1", account, "second");
      assert.ok(await opens("mysql-server1", account, account), "clients still use the one before");
    }
    await stage.start("mysql-server2");
    await stage.untilInPlace();
    const { cluster, databases, execute } = stage;
    const ended = await settleAccounts({ topology: { cluster }, databases, containers: { execute } });
    assert.equal(ended.length, 2, ended.join());
    for (const name of ["mysql-server1", "mysql-server2"]) {
      for (const account of ["monitoring", "replication"]) {
        assert.ok(await opens(name, account, "second"), name);
        assert.ok(!(await opens(name, account, account)), name);
      }
    }
    await stage.untilInPlace();
  });

  it("have the stack's password again after a person has set another one", async () => {
    const { accountHosts } = stage.cluster;
    await stage.databases.ask("mysql-server1", `ALTER USER 'backup'@'${accountHosts.backup}' IDENTIFIED BY 'by-hand'`);
    for (const name of ["mysql-server1", "mysql-server2"]) {
      await untilOpen(name, "backup", "backup");
      await eventually(async () => assert.ok(!(await opens(name, "backup", "by-hand")), name), 60);
    }
  });

  it("are changed without a transaction, so that no node has errant ones", async () => {
    const [executed] = await stage.databases.ask("mysql-server1", `SELECT ${EXECUTED}`);
    assert.doesNotMatch(String(executed), /,/);
  });
});
