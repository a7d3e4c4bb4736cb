import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { ROLES, ROUTER_ACCOUNT, ROUTER_TABLES, YES } from "../../components/databaseRouter/roles.ts";
import { CONFIG_FOLDER, PROBE, routerConfig, startCommand } from "../../components/databaseRouter/routerConfig.ts";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { devConfig } from "../devConfig.ts";
import { docker, engineMissing, published } from "../engine.ts";
import { runProgram } from "../realProgram.ts";
import { channel, imagining, member, others, own, type State, sqlIn } from "../replicationStates.ts";
import { router, statements } from "../routerPlan.ts";

const { images } = parseConfig("foobar", "dev", devConfig());

describe("a database router at work", function () {
  this.timeout(200_000);
  const ACCOUNTS = `
CREATE USER '${ROUTER_ACCOUNT}'@'%' IDENTIFIED WITH caching_sha2_password BY '';
${ROUTER_TABLES.map((table) => `GRANT SELECT ON performance_schema.${table} TO '${ROUTER_ACCOUNT}'@'%';`).join("\n")}
CREATE USER 'client'@'%' IDENTIFIED BY 'client';
`;
  let folder: string;
  let name: string;
  let database: string;
  let haproxy: string;
  let ports: { write: number; read: number };

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, what needs the real HAProxy and MySQL: ${reason}`);
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), "foobar-"));
    name = `foobar-router-${folder.slice(-6)}`;
    const [init, config] = [join(folder, "init"), join(folder, "config")];
    for (const each of [init, config]) await mkdir(each);
    await chmod(folder, 0o755);
    await writeFile(join(init, "accounts.sql"), ACCOUNTS);
    const plan = router();
    const [target] = plan.targets;
    assert.ok(target);
    await writeFile(join(config, "haproxy.cfg"), routerConfig({ ...plan, targets: [target] }, 1));

    await docker("network", "create", `--label=${name}`, name);
    const common = ["run", "--detach", `--label=${name}`, `--network=${name}`];
    haproxy = await docker(
      ...[...common, "--read-only", "--cap-drop=ALL", "--user=99:99", "--tmpfs=/run/haproxy:uid=99,mode=0750"],
      ...[`--hostname=${plan.name}`, `--network-alias=${plan.address}`],
      ...Object.values(plan.ports).map((port) => `--publish=127.0.0.1::${port}`),
      ...[`--volume=${config}:${CONFIG_FOLDER}:ro`, images.router, ...startCommand(plan)],
    );
    const portOf = async (port: number) => Number(new URL(await published(haproxy, port)).port);
    ports = { write: await portOf(plan.ports.write), read: await portOf(plan.ports.read) };
    database = await docker(
      ...[...common, `--network-alias=${target.address}`, `--volume=${init}:/docker-entrypoint-initdb.d:ro`],
      ...["--env=MYSQL_ROOT_PASSWORD=root", "--env=MYSQL_ROOT_HOST=localhost", "--env=MYSQL_INITDB_SKIP_TZINFO=1"],
      ...[images.mysql, "mysqld", "--skip-name-resolve", "--mysqlx=OFF", "--innodb-buffer-pool-size=32M"],
    );
  });
  after(async () => {
    if (name === undefined) return;
    const containers = await docker("ps", "--all", "--quiet", `--filter=label=${name}`);
    if (containers !== "") await docker("rm", "--force", "--volumes", ...containers.split("\n"));
    await docker("network", "rm", name);
    await rm(folder, { recursive: true });
  });

  const connect = async (port: number) => {
    const connection = await mysql.createConnection({
      ...{ host: "127.0.0.1", port, user: "client", password: "client", connectTimeout: 2000 },
    });
    const closed = new Promise<void>((resolve) => {
      for (const event of ["end", "error"]) connection.on(event, () => resolve());
    });
    return { connection, closed };
  };
  const answers = async (port: number) => {
    const { connection } = await connect(port);
    await connection.query("SELECT 1");
    await connection.end();
  };
  /** Runs statements on the database itself, as an account without a password where none is given. */
  const sql = (user: string, statement: string, password = "") => sqlIn(database, user, password, statement);
  const asRoot = (statement: string) => sql("root", statement, "root");

  it("sends writes and reads to a node that accepts writes", async () => {
    await eventually(() => answers(ports.write), 150);
    await answers(ports.read);
  });

  it("leaves a node that no longer accepts writes, closes its clients' connections, and still reads there", async () => {
    const { closed } = await connect(ports.write);
    await asRoot("SET GLOBAL super_read_only = ON");
    await closed;
    await eventually(() => assert.rejects(connect(ports.write)), 10);
    await eventually(() => answers(ports.read), 10);
  });

  it("is healthy without a primary", () => docker("exec", haproxy, "bash", "-c", PROBE));

  it("comes back when the node accepts writes again", async () => {
    await asRoot("SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF");
    await eventually(() => answers(ports.write), 10);
  });

  it("asks with an account that may read nothing else", async () => {
    const answered = Promise.all(statements.map((statement) => sql(ROUTER_ACCOUNT, statement)));
    assert.deepEqual(
      (await answered).map((answer) => answer === YES),
      [true, false, true],
    );
  });

  it("leaves no aborted connection", async () => {
    const count = async (status: string) =>
      Number((await asRoot(`SHOW GLOBAL STATUS LIKE '${status}'`)).split("\t")[1]);
    // On a machine that stands still a check may time out; the next ones do not.
    await eventually(async () => {
      const [aborted, connections] = [await count("Aborted_connects"), await count("Connections")];
      await eventually(async () => assert.ok((await count("Connections")) > connections + 10), 20);
      assert.equal(await count("Aborted_connects"), aborted);
    }, 40);
  });

  describe("distinguishes the roles by MySQL's state of replication", () => {
    async function ask(statement: string, states: readonly State[]): Promise<boolean[]> {
      return (await asRoot(imagining(statement, states))).split("\n").map((answer) => answer === YES);
    }

    async function answersAre(statement: string, cases: readonly Case[]): Promise<void> {
      const states = cases.map(([, , state]) => state);
      const found = await ask(statement, states);
      assert.deepEqual(
        cases.map(([, what], index) => [found[index], what]),
        cases.map(([expected, what]) => [expected, what]),
      );
    }

    type Case = readonly [expected: boolean, what: string, state: State];
    const ago = (seconds: number) => `NOW(6) - INTERVAL ${seconds} SECOND`;
    const GTID = "'11111111-1111-1111-1111-111111111111:1'";
    const busy = (table: State[number][0], column: string, seconds: number): State[number] => [
      table,
      { CHANNEL_NAME: "''", [column]: GTID, [`${column}_ORIGINAL_COMMIT_TIMESTAMP`]: ago(seconds) },
    ];
    const applying = (seconds: number) => busy("workers", "APPLYING_TRANSACTION", seconds);
    const queueing = (seconds: number) => busy("receiver", "QUEUEING_TRANSACTION", seconds);
    const backlog = (seconds: number): State => [
      busy("receiver", "LAST_QUEUED_TRANSACTION", 1),
      busy("coordinator", "LAST_PROCESSED_TRANSACTION", seconds),
    ];
    const follows = channel("ON", "ON");

    it("of a node that accepts writes", async () => {
      const cases: readonly Case[] = [
        [true, "has no group", []],
        [true, "is in no group", [own("OFFLINE", "")]],
        [true, "is the group's primary", [own("ONLINE", "PRIMARY"), ...others("ONLINE")]],
        [
          true,
          "is it with a member that comes",
          [own("ONLINE", "PRIMARY"), member("RECOVERING"), member("UNREACHABLE")],
        ],
        [false, "sees no majority", [own("ONLINE", "PRIMARY"), ...others("UNREACHABLE")]],
        [false, "sees a half", [own("ONLINE", "PRIMARY"), member("UNREACHABLE")]],
        [false, "is a secondary", [own("ONLINE", "SECONDARY"), ...others("ONLINE")]],
        [false, "was thrown out", [own("ERROR", "PRIMARY")]],
      ];
      await answersAre(ROLES.primary(), cases);
    });

    it("of a node that accepts none", async () => {
      await asRoot("SET GLOBAL read_only = ON");
      const secondary = [own("ONLINE", "SECONDARY"), ...others("ONLINE")];
      const cases: readonly Case[] = [
        [false, "replicates from nobody", []],
        [true, "follows, and all is applied", follows],
        [false, "has lost its source", channel("CONNECTING", "ON")],
        [false, "does not apply", channel("ON", "OFF")],
        [false, "has a group's channels only", channel("ON", "ON", "group_replication_applier")],
        [true, "applies something young", [...follows, applying(20)]],
        [false, "applies something old", [...follows, applying(40)]],
        [false, "receives something old", [...follows, queueing(40)]],
        [true, "has a young backlog", [...follows, ...backlog(20)]],
        [false, "has an old backlog between two transactions", [...follows, ...backlog(40)]],
        [true, "is a secondary", secondary],
        [false, "is one that is behind", [...secondary, applying(40)]],
        [false, "is one that sees no majority", [own("ONLINE", "SECONDARY"), ...others("UNREACHABLE")]],
        [false, "is still coming", [own("RECOVERING", "SECONDARY"), ...others("ONLINE")]],
        [false, "was thrown out, while a source is configured", [own("ERROR", ""), ...follows]],
      ];
      await answersAre(ROLES.replica(30), cases);
      assert.deepEqual(await ask(ROLES.primary(), [[]]), [false]);
    });
  });

  it("takes its file, for any number of databases", async () => {
    const plan = router();
    const target = (number: number) => ({ name: `db${number}`, address: `db${number}`, port: 3306 });
    for (const targets of [[target(1)], plan.targets, [1, 2, 3].map(target)]) {
      await runProgram({
        image: images.router,
        files: { "haproxy.cfg": routerConfig({ ...plan, targets }, 2) },
        folder: CONFIG_FOLDER,
        command: ["env", "ROUTER_ADDRESS=127.0.0.1", "haproxy", "-c", "-f", `${CONFIG_FOLDER}/haproxy.cfg`],
        user: "99:99",
      });
    }
  });
});
