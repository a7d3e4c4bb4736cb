import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { mysqlCheck } from "../../components/databaseRouter/mysqlCheck.ts";
import { ROLES, ROUTER_ACCOUNT, ROUTER_TABLES, YES } from "../../components/databaseRouter/roles.ts";
import { CONFIG_FOLDER, connectionShare, PROBE, routerConfig } from "../../components/databaseRouter/routerConfig.ts";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import type { RouterPlan } from "../../topology/plan.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { docker, engineMissing, published } from "../engine.ts";
import { runProgram } from "../realProgram.ts";
import { channel, imagining, member, others, own, type State, sqlIn } from "../replicationStates.ts";

const { images } = parseConfig("foobar", "dev", devConfig());

/** The first router of the dev stack with some keys changed. */
function router(changes: Parameters<typeof devConfig>[0] = {}): RouterPlan {
  const [plan] = planTopology(parseConfig("foobar", "dev", devConfig(changes))).routers;
  assert.ok(plan);
  return plan;
}

/** The lines of a section, without comments. */
function section(text: string, name: string): string[] {
  const found = text.split(/\n(?=\S)/).find((part) => part.startsWith(`${name}\n`));
  assert.ok(found, `there is no section ${name}`);
  return found
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

const starting = (lines: readonly string[], words: string) => lines.filter((line) => line.startsWith(`${words} `));
const statements = [ROLES.primary(), ROLES.replica(30), ROLES.readable()];

describe("a database router's check", () => {
  const sql = "SELECT 'ü', \"$HOME\",\n  1 AS a";
  const lines = mysqlCheck({ account: "somebody", sql, expect: "wanted" });
  const sent = lines.flatMap((line) => line.match(/^tcp-check send-binary ([0-9a-f]+)$/)?.[1] ?? []);
  const [login = "", query = "", quit = ""] = sent.map((hex) => Buffer.from(hex, "hex"));
  const length = (packet: Buffer | string) => Buffer.from(packet).readUIntLE(0, 3);

  it("says how long its packets are, in bytes", () => {
    assert.equal(length(login), login.length - 4);
    assert.equal(length(query), 1 + Buffer.byteLength("SELECT 'ü', \"$HOME\", 1 AS a"));
    assert.equal(length(quit), 1);
  });

  it("logs in by the account's name, without a password", () => {
    assert.equal(login.toString("latin1", 36), "somebody\0\0caching_sha2_password\0");
  });

  it("sends the statement as one word of haproxy.cfg, and the goodbye with it", () => {
    assert.deepEqual(lines.slice(-3), [
      String.raw`tcp-check send "SELECT 'ü', \"\$HOME\", 1 AS a"`,
      "tcp-check send-binary 0100000001",
      'tcp-check expect string "wanted"',
    ]);
  });

  it("expects what no statement contains, since errors repeat them", () => {
    for (const statement of statements) assert.ok(!statement.includes(YES));
  });

  it("reads the tables that its account may read, and each of them", () => {
    const read = statements.flatMap((statement) => statement.match(/(?<=performance_schema\.)\w+/g) ?? []);
    assert.deepEqual([...new Set(read)].sort(), [...ROUTER_TABLES].sort());
  });
});

describe("a database router's haproxy.cfg", () => {
  const text = routerConfig(router(), 2);

  it("knows every database that serves, in each of its roles, by name", () => {
    for (const role of ["primary", "replicas", "readable"]) {
      const addresses = starting(section(text, `backend ${role}`), "server").map((line) => line.split(" ")[2]);
      assert.deepEqual(addresses, ["mysql-server1:3306", "mysql-server2:3306"]);
    }
  });

  it("has one primary at a time, the first that says so", () => {
    const [first = "", ...others] = starting(section(text, "backend primary"), "server");
    assert.match(first, / on-marked-up shutdown-backup-sessions$/);
    assert.doesNotMatch(first, / backup\b/);
    for (const other of others) assert.match(other, / backup$/);
  });

  it("asks each role's servers for that role", () => {
    const asked = (role: string) => starting(section(text, `backend ${role}`), "tcp-check send");
    const question = (sql: string) =>
      starting(mysqlCheck({ account: ROUTER_ACCOUNT, sql, expect: YES }), "tcp-check send");
    assert.deepEqual(asked("primary"), question(ROLES.primary()));
    assert.deepEqual(asked("replicas"), question(ROLES.replica(router().maxLagSeconds)));
    assert.deepEqual(asked("readable"), question(ROLES.readable()));
  });

  it("leads reads to replicas, without one to the primary, without that to whoever answers", () => {
    assert.deepEqual(section(text, "frontend reads").slice(-4, -1), [
      "use_backend replicas if { nbsrv(replicas) gt 0 }",
      "use_backend primary if { nbsrv(primary) gt 0 }",
      "default_backend readable",
    ]);
  });

  it("takes a server for down until it has answered, and cuts its clients when it no longer does", () => {
    assert.match(
      starting(section(text, "defaults"), "default-server")[0] ?? "",
      / init-state fully-down on-marked-down shutdown-sessions$/,
    );
  });

  it("leaves connections of a database for others, however many routers there are", () => {
    for (const maxConnections of [50, 128, 1000]) {
      for (const routers of [1, 2, 3]) {
        const share = connectionShare(maxConnections, routers);
        // Six for the checks of each and of its successor, and ten.
        assert.ok(
          share >= 1 && routers * (share + 6) + 10 <= maxConnections,
          `${maxConnections}, ${routers}: ${share}`,
        );
      }
    }
    assert.equal(connectionShare(10, 20), 1);
    assert.match(text, new RegExp(`default-server maxconn ${connectionShare(router().maxConnections, 2)} `));
  });

  it("shows its statistics to its own container only", () => {
    assert.deepEqual(starting(section(text, "frontend statistics"), "bind"), ["bind 127.0.0.1:8404"]);
  });
});

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
      ...Object.values(plan.ports).map((port) => `--publish=127.0.0.1::${port}`),
      ...[`--volume=${config}:${CONFIG_FOLDER}:ro`, images.router, "haproxy", "-f", `${CONFIG_FOLDER}/haproxy.cfg`],
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

  it("leads writes and reads to a node that takes writes", async () => {
    await eventually(() => answers(ports.write), 150);
    await answers(ports.read);
  });

  it("leaves one that takes no more writes and cuts its clients, and still reads there", async () => {
    const { closed } = await connect(ports.write);
    await asRoot("SET GLOBAL super_read_only = ON");
    await closed;
    await eventually(() => assert.rejects(connect(ports.write)), 10);
    await eventually(() => answers(ports.read), 10);
  });

  it("is well without a primary", () => docker("exec", haproxy, "bash", "-c", PROBE));

  it("comes back when it takes writes again", async () => {
    await asRoot("SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF");
    await eventually(() => answers(ports.write), 10);
  });

  it("asks with an account that may read no more than that", async () => {
    const answered = Promise.all(statements.map((statement) => sql(ROUTER_ACCOUNT, statement)));
    assert.deepEqual(
      (await answered).map((answer) => answer === YES),
      [true, false, true],
    );
  });

  it("leaves no connection unfinished", async () => {
    const count = async (status: string) =>
      Number((await asRoot(`SHOW GLOBAL STATUS LIKE '${status}'`)).split("\t")[1]);
    // On a machine that stands still a check may time out; the next ones do not.
    await eventually(async () => {
      const [aborted, connections] = [await count("Aborted_connects"), await count("Connections")];
      await eventually(async () => assert.ok((await count("Connections")) > connections + 10), 20);
      assert.equal(await count("Aborted_connects"), aborted);
    }, 40);
  });

  describe("tells the roles apart by what MySQL says of replication", () => {
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

    it("of a node that takes writes", async () => {
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

    it("of a node that takes none", async () => {
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
        command: ["haproxy", "-c", "-f", `${CONFIG_FOLDER}/haproxy.cfg`],
        user: "99:99",
      });
    }
  });
});
