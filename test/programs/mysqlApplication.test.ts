import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { eventually } from "../../engine/eventually.ts";
import { planFailover } from "../../operations/database/failover.ts";
import { exportFile, importFile, tablesIn } from "../../operations/database/transfer.ts";
import { engineMissing } from "../engine.ts";
import { createMysqlStage, type MysqlStage } from "../mysqlStage.ts";

const CLIENT = `mysql --user=application --password=application --host="$HOSTNAME" --ssl-mode=REQUIRED \\
  --batch --skip-column-names "$@" 2>&1 | grep -v "password on the command line"; exit "\${PIPESTATUS[0]}"`;
const FIRST = "mysql-server1";
const SECOND = "mysql-server2";

describe("an application's databases", function () {
  this.timeout(240_000);
  let stage: MysqlStage;
  /** Runs statements as the application; resolves to the rows, or to the error. */
  const as = (name: string, statements: string, database = "foobar") =>
    stage
      .execute(name, ["bash", "-c", CLIENT, "bash", database], statements)
      .catch((error: { readonly stdout?: string }) => String(error.stdout));

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stage = await createMysqlStage({
      databases: ["analytics"],
      settings: { innodb_ft_min_token_size: 2, group_concat_max_len: 4096 },
    });
    await stage.untilInPlace();
  });

  after(async () => stage?.remove());

  it("have named time zones on every node", async () => {
    for (const { name } of stage.cluster.databases) {
      const converted = "SELECT CONVERT_TZ('2026-07-01 12:00:00', 'UTC', 'Europe/Berlin')";
      assert.equal(await as(name, `SET time_zone = 'Europe/Berlin'; ${converted}`), "2026-07-01 14:00:00", name);
    }
  });

  it("are also the further ones", async () => {
    assert.equal(await as(FIRST, "CREATE TABLE visits (id INT PRIMARY KEY); SHOW TABLES", "analytics"), "visits");
    assert.match(await as(FIRST, "CREATE DATABASE another"), /ERROR 1044/);
  });

  it("have the variables of mysql.settings", async () => {
    for (const { name } of stage.cluster.databases) {
      assert.equal(
        await stage.rows(name, "SELECT @@global.group_concat_max_len, @@innodb_ft_min_token_size"),
        "4096 2",
      );
    }
  });

  it("take triggers, functions, procedures and events", async () => {
    const made = await as(
      FIRST,
      `CREATE TABLE notes (id INT PRIMARY KEY AUTO_INCREMENT, node VARCHAR(80), what VARCHAR(80));
      CREATE TRIGGER named BEFORE INSERT ON notes FOR EACH ROW SET NEW.node = @@hostname;
      CREATE FUNCTION five() RETURNS INT RETURN 5;
      CREATE PROCEDURE six() SELECT 6;
      CREATE EVENT ticks ON SCHEDULE EVERY 1 SECOND DO INSERT INTO notes (what) VALUES ('ticks');
      CREATE EVENT rests ON SCHEDULE EVERY 1 SECOND DISABLE DO INSERT INTO notes (what) VALUES ('rests');
      CALL six(); SELECT five();`,
    );
    assert.equal(made, "6\n5");
  });

  for (const engine of ["MyISAM", "MEMORY", "ARCHIVE", "CSV", "BLACKHOLE"]) {
    it(`take no tables of the engine ${engine}`, async () => {
      assert.match(await as(FIRST, `CREATE TABLE odd (id INT NOT NULL) ENGINE = ${engine}`), /ERROR 3161/);
    });
  }

  it("take changes that are larger than the memory for temporary files, on every node", async () => {
    const rows = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i";
    const random = "CONCAT(REPEAT(UUID(), 10), REPEAT(SHA2(RAND(), 512), 5))";
    const said = await as(
      FIRST,
      `SET cte_max_recursion_depth = 20000; CREATE TABLE large (id INT PRIMARY KEY, text VARCHAR(1000));
      INSERT INTO large ${rows}, ${random} FROM n;
      UPDATE large SET text = ${random};
      ALTER TABLE large ADD INDEX (text(600));
      DELETE FROM large; SELECT COUNT(*) FROM large;`,
    );
    assert.equal(said, "0");
    const executed = await stage.rows(FIRST, "SELECT @@global.gtid_executed");
    const applied = `SELECT WAIT_FOR_EXECUTED_GTID_SET('${executed.replaceAll("\\n", "")}', 20)`;
    await eventually(async () => assert.equal(await stage.rows(SECOND, applied), "0"), 120);
    assert.equal(await stage.rows(SECOND, "SELECT COUNT(*) FROM foobar.large"), "0");
    assert.match(await stage.rows(SECOND, "SHOW INDEX FROM foobar.large"), /large 1 text 1 text A \d+ 600/);
  });

  it("are exported and imported as a whole, whoever the definers are", async () => {
    const folder = await mkdtemp(join(tmpdir(), "foobar-dump-"));
    try {
      const file = join(folder, "foobar.sql.gz");
      await exportFile(stage.place(FIRST), "foobar", file, () => {});
      assert.deepEqual([...(await tablesIn(file))].sort(), ["large", "notes"]);
      const dump = gunzipSync(await readFile(file)).toString();
      const foreign = dump
        .replaceAll(/DEFINER=`application`@`[^`]*`/g, "DEFINER=`somebody`@`%`")
        .replaceAll("ENGINE=InnoDB", "ENGINE=MyISAM");
      assert.match(foreign, /somebody.*TRIGGER/);
      const plain = join(folder, "foreign.sql");
      await writeFile(
        plain,
        `SET @@SESSION.SQL_LOG_BIN= 0;\nSET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a:1-5,\nb:1-7';\n${foreign}`,
      );
      await importFile(stage.place(FIRST), "analytics", plain, () => {});
      const definers =
        "SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = 'analytics' AND definer LIKE 'application@%'";
      // The binary log has it.
      await eventually(async () => assert.equal(await stage.rows(SECOND, definers), "2"), 30);
      assert.equal(
        await as(
          FIRST,
          "SELECT five(); SELECT engine FROM information_schema.tables WHERE table_name = 'notes' AND table_schema = DATABASE()",
          "analytics",
        ),
        "5\nInnoDB",
      );
      await writeFile(plain, "INSERT INTO visits VALUES (1);\nINSERT INTO nowhere VALUES (1);\n");
      await assert.rejects(
        importFile(stage.place(FIRST), "analytics", plain, () => {}),
        /ERROR 1146 .* at line 2: .*nowhere/,
      );
      await assert.rejects(
        exportFile(stage.place(FIRST), "foobar", file, () => {}),
        /exists already/,
      );
      await as(FIRST, "DROP EVENT ticks; DROP EVENT rests", "analytics");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("run their events on the primary alone, also after a failover, and leave disabled ones so", async () => {
    const written = (by: string) => `SELECT COUNT(*) > 2 FROM foobar.notes WHERE what = 'ticks' AND node = '${by}'`;
    const untilWritten = (by: string) =>
      eventually(async () => assert.equal(await stage.rows(by, written(by)), "1"), 60);
    await untilWritten(FIRST);
    await eventually(
      async () => assert.equal(await stage.rows(SECOND, "SELECT event_name FROM cluster.disabled_events"), "rests"),
      30,
    );
    assert.equal(await stage.rows(SECOND, "SELECT @@global.event_scheduler"), "OFF");

    await stage.kill(FIRST);
    const { members, covers } = await stage.members();
    await stage.promote(planFailover(stage.cluster, members, "server2", covers));
    await untilWritten(SECOND);
    assert.equal(
      await stage.rows(
        SECOND,
        "SELECT event_name, status, definer LIKE 'application@%' FROM information_schema.events ORDER BY 1",
      ),
      "rests DISABLED 1\nticks ENABLED 1",
    );
    await stage.start(FIRST);
    await stage.untilInPlace();
    assert.equal(await stage.rows(FIRST, "SELECT @@global.event_scheduler"), "OFF");
    assert.equal(await stage.rows(SECOND, "SELECT COUNT(*) FROM foobar.notes WHERE what = 'rests'"), "0");
    const after =
      "SELECT DISTINCT node FROM foobar.notes WHERE id > (SELECT MIN(id) FROM foobar.notes WHERE node = 'mysql-server2')";
    assert.equal(await stage.rows(SECOND, after), SECOND);
  });
});
