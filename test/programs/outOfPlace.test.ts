import assert from "node:assert/strict";
import { judgement, problem, report } from "../../components/mysqlCluster/outOfPlace.ts";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { devConfig } from "../devConfig.ts";
import { docker, engineMissing } from "../engine.ts";
import { channel, imagining, member, others, own, type State, sqlIn } from "../replicationStates.ts";

const { images } = parseConfig("foobar", "dev", devConfig());

const SCHEMA = `CREATE DATABASE cluster;
CREATE TABLE cluster.appointments (epoch BIGINT UNSIGNED NOT NULL PRIMARY KEY, member VARCHAR(80) NOT NULL);
INSERT INTO cluster.appointments VALUES (1, 'db1'), (2, 'db2')`;

/** The rules that status, controller, health and drills share, tested on the real MySQL. */
describe("whether a database is in its place", function () {
  this.timeout(100_000);
  let server: string;
  const sql = (statement: string) => sqlIn(server, "root", "root", statement);

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, what needs the real MySQL: ${reason}`);
      this.skip();
    }
    server = await docker(
      ...["run", "--detach", "--rm", "--network=none", "--env=MYSQL_ROOT_PASSWORD=root"],
      ...["--env=MYSQL_INITDB_SKIP_TZINFO=1", images.mysql, "mysqld", "--report-host=db1", "--mysqlx=OFF"],
      ...["--gtid-mode=ON", "--enforce-gtid-consistency=ON", "--innodb-buffer-pool-size=32M"],
    );
    // The image initialises with a server that has no network.
    await eventually(async () => assert.equal(await sql("SELECT @@skip_networking"), "0"), 90);
    await sql(SCHEMA);
  });
  after(async () => {
    if (server !== undefined) await docker("rm", "--force", "--volumes", server);
  });

  const source = (host: string): State => [["configuration", { CHANNEL_NAME: "''", HOST: `'${host}'` }]];
  const following = (receiver: string, applier: string) => [...source("db2"), ...channel(receiver, applier)];

  const OPEN = "SET GLOBAL read_only = OFF";
  const CLOSED = "SET GLOBAL super_read_only = ON";
  type Own = readonly [expected: string, what: string, settings: string, state: State];

  async function problemsAre(replication: "async" | "group", cases: readonly Own[]): Promise<void> {
    for (const [expected, what, settings, state] of cases) {
      // The imagined states are written as root and without a binary log, which also works on a read-only server.
      const script = `SET GLOBAL read_only = OFF;${imagining(`${settings};SELECT ${problem(replication)}`, [state])}`;
      assert.equal(await sql(script), expected, what);
    }
  }

  it("is found by a member outside a group", () =>
    problemsAre("async", [
      ["-", "takes writes", OPEN, []],
      ["takes writes, and replicates from db2", "takes writes and follows", OPEN, following("ON", "ON")],
      ["takes writes, and replicates from db2", "takes writes and has a source", OPEN, following("OFF", "OFF")],
      ["-", "follows", CLOSED, following("ON", "ON")],
      ["takes no writes, and replicates from nobody", "follows nobody", CLOSED, []],
      ["takes no writes, and replicates from nobody", "is read-only", "SET GLOBAL read_only = ON", []],
      ["does not receive from db2", "has lost its source", CLOSED, following("CONNECTING", "ON")],
      ["does not apply what it receives from db2", "applies nothing", CLOSED, following("ON", "OFF")],
      [
        "takes no writes, and replicates from nobody",
        "has a group's channels only",
        CLOSED,
        channel("ON", "ON", "group_replication_applier"),
      ],
    ]));

  it("is found by a member of a group", () =>
    problemsAre("group", [
      ["-", "is the primary", OPEN, [own("ONLINE", "PRIMARY"), ...others("ONLINE")]],
      ["-", "is a secondary", CLOSED, [own("ONLINE", "SECONDARY"), ...others("ONLINE")]],
      ["is not in the group", "was never in it", CLOSED, []],
      ["is not in the group", "was in it", CLOSED, [own("OFFLINE", "")]],
      ["is not in the group", "takes writes outside it", OPEN, []],
      [
        "is not online in the group, but RECOVERING",
        "is coming",
        CLOSED,
        [own("RECOVERING", "SECONDARY"), ...others("ONLINE")],
      ],
      ["is not online in the group, but ERROR", "was thrown out", CLOSED, [own("ERROR", "")]],
      ["sees no majority of the group", "is alone", OPEN, [own("ONLINE", "PRIMARY"), ...others("UNREACHABLE")]],
      ["sees no majority of the group", "sees a half", OPEN, [own("ONLINE", "PRIMARY"), member("UNREACHABLE")]],
      [
        "is the primary of the group, and takes no writes",
        "was closed",
        CLOSED,
        [own("ONLINE", "PRIMARY"), ...others("ONLINE")],
      ],
      [
        "takes writes, and is not the primary of the group",
        "was opened",
        OPEN,
        [own("ONLINE", "SECONDARY"), ...others("ONLINE")],
      ],
      [
        "is in the group, and replicates from db2 beside it",
        "follows beside it",
        CLOSED,
        [own("ONLINE", "SECONDARY"), ...others("ONLINE"), ...following("ON", "ON")],
      ],
    ]));

  it("is part of a report that makes members comparable", async () => {
    const state = [own("ONLINE", "PRIMARY"), member("UNREACHABLE", "SECONDARY", "UUID()", "'db2'")];
    const [text = ""] = (await sql(`${OPEN};${imagining(`SELECT ${report("group")}`, [state])}`)).split("\n");
    const found = { member: "db1", problem: "is in the group, and replicates from db2 beside it" };
    const { own: ownSet, executed, ...rest } = JSON.parse(text);
    assert.match(ownSet, /^[-0-9a-f]{36}:1-\d+$/);
    assert.equal(executed, ownSet);
    assert.deepEqual(
      { ...rest, ...found },
      {
        ...found,
        writes: true,
        source: "-",
        follows: false,
        group: "ONLINE",
        online: ["db1"],
        term: 2,
        promoted: "db2",
      },
    );
  });

  /** The report of a member in its place, with changes. */
  const says = (member: string, changes: object = {}) => ({
    member,
    problem: "-",
    writes: false,
    source: "db1",
    online: ["db1", "db2", "db3"],
    term: 2,
    promoted: "db1",
    ...changes,
  });
  const [A, B] = ["a", "b"].map((digit) => `${digit.repeat(8)}-1111-1111-1111-${digit.repeat(12)}`);
  const writer = { writes: true, source: "-" };
  type Together = readonly [what: string, reports: readonly object[], expected: Readonly<Record<string, string>>];

  async function judged(replication: "async" | "group", cases: readonly Together[]): Promise<void> {
    for (const [what, reports, expected] of cases) {
      const rows = await sql(judgement(replication, `'${JSON.stringify(reports)}'`));
      const found = rows.split("\n").filter((row) => row !== "");
      assert.deepEqual(Object.fromEntries(found.map((row) => row.split("\t"))), expected, what);
    }
  }

  it("is judged by the reports of all members outside a group", () =>
    judged("async", [
      ["all are well", [says("db1", writer), says("db2"), says("db3")], {}],
      ["there is one", [says("db1", writer)], {}],
      ["one is silent", [says("db1", writer), { member: "db2" }], { db2: "does not answer" }],
      ["all are silent", [{ member: "db1" }, { member: "db2" }], { db1: "does not answer", db2: "does not answer" }],
      [
        "one knows what is wrong",
        [says("db1", writer), says("db2", { problem: "does not receive from db1" })],
        { db2: "does not receive from db1" },
      ],
      [
        "two take writes",
        [says("db1", writer), says("db2", writer), says("db3")],
        { db1: "takes writes, and so does db2", db2: "takes writes, and so does db1" },
      ],
      [
        "a writer also follows",
        [says("db1", writer), says("db2", { writes: true, problem: "takes writes, and replicates from db1" })],
        { db1: "takes writes, and so does db2", db2: "takes writes, and replicates from db1" },
      ],
      [
        "a follower has only applied, or made while it was the primary, what the primary has",
        [says("db1", { ...writer, executed: `${A}:1-9,${B}:1-3` }), says("db2", { own: `${B}:1-3` })],
        {},
      ],
      [
        "somebody has written to a follower",
        [says("db1", { ...writer, executed: `${A}:1-9,${B}:1-3` }), says("db2", { own: `${B}:1-4` }), says("db3")],
        { db2: `has errant transactions, which db1 has not: ${B}:4` },
      ],
      [
        "a follower follows another than the primary",
        [says("db1", writer), says("db2"), says("db3", { source: "db2" })],
        { db3: "replicates from db2, and db1 takes the writes" },
      ],
      [
        "nobody takes writes",
        [says("db1", { problem: "takes no writes, and replicates from nobody" }), says("db2")],
        { db1: "takes no writes, and replicates from nobody", db2: "replicates from db1, which takes no writes" },
      ],
      [
        "the member that takes writes is not the one promoted last",
        [says("db1", { ...writer, term: 1, promoted: "db1" }), says("db2", { term: 2, promoted: "db2" })],
        { db1: "takes writes, but the promoted primary is db2" },
      ],
    ]));

  it("is judged by the reports of all members in a group", () => {
    const of = (member: string, changes: object = {}) => says(member, { source: "-", ...changes });
    const away = { online: ["db2", "db3"] };
    const inGroup = ["db1", "mysql-arbiter.replication"];
    const alone = { problem: "sees no majority of the group", online: ["db1"], writes: true };
    return judged("group", [
      ["all are well", [of("db1", { writes: true }), of("db2"), of("db3")], {}],
      ["one was elected, and its term is not recorded yet", [of("db1"), of("db2", { writes: true }), of("db3")], {}],
      [
        "one believes what was true before it was away",
        [of("db1", { writes: true }), of("db2", { ...away, writes: true }), of("db3", away)],
        { db1: "is not seen in the group by db2", db2: "takes writes, and so does db1" },
      ],
      [
        "the arbiter was elected, and has not handed over yet",
        [of("db1", { online: inGroup }), of("mysql-arbiter.replication", { writes: true, online: inGroup })],
        { "mysql-arbiter.replication": "takes writes, and is an arbiter, which hands over" },
      ],
      [
        "one is in a minority",
        [of("db1", alone), of("db2", away), of("db3", away)],
        { db1: "sees no majority of the group" },
      ],
      [
        "one is silent",
        [of("db1", away), of("db2", away), { member: "db3" }],
        { db1: "is not seen in the group by db1", db3: "does not answer" },
      ],
    ]);
  });
});
