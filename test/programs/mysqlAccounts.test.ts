import assert from "node:assert/strict";
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
    stage = await createMysqlStage({});
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
    for (const { name } of stage.cluster.databases) {
      const environments = await stage.execute(name, ["bash", "-c", ENVIRONMENTS]);
      assert.match(environments, /^MEMBER=/m);
      assert.doesNotMatch(environments, /PASSWORD\w*=./);
    }
  });

  it("replicate without a stored password", async () => {
    assert.equal(await stage.rows("mysql-server2", STORED), " ");
  });

  it("lose a password that an older version has stored, at the next start", async () => {
    await stage.databases.ask(
      "mysql-server2",
      `STOP REPLICA IO_THREAD; CHANGE REPLICATION SOURCE TO SOURCE_USER = 'replication', SOURCE_PASSWORD = 'replication'
        FOR CHANNEL ''; START REPLICA IO_THREAD FOR CHANNEL ''`,
    );
    assert.equal(await stage.rows("mysql-server2", STORED), "replication replication");
    await stage.kill("mysql-server2");
    await stage.start("mysql-server2");
    await stage.untilInPlace();
    assert.equal(await stage.rows("mysql-server2", STORED), " ");
  });
});
