import assert from "node:assert/strict";
import { both, problems, server } from "../configProblems.ts";
import { machine, threeMachines } from "../machines.ts";

describe("configuration of the databases", () => {
  const mysql = (settings: Record<string, unknown>, servers = both) => ({
    "foobar:mysql": settings,
    "foobar:servers": servers,
  });

  const one = [server("server1", "web", "app", "db")];

  const databases: [string, Record<string, unknown>, RegExp[]][] = [
    ["an unknown replication", mysql({ replication: "galera" }), [/one of async, semisync, group/]],
    [
      "a primary without the role db",
      mysql({ primary: "server2" }, [...one, server("server2", "app")]),
      [/role db: server1/],
    ],
    ["two primaries", mysql({ primary: ["server1", "server2"] }), [/mysql\.primary .*\n.*a name/]],
    [
      "semisync without the setting withoutReplica",
      mysql({ replication: "semisync" }),
      [/withoutReplica is not set.*\n.*wait takes no writes.*degrade the primary goes on alone/],
    ],
    [
      "semisync with no replica",
      mysql({ replication: "semisync", withoutReplica: "wait" }, one),
      [/replication is semisync, and there is no replica to wait for/, /withoutReplica is "wait"\n.*unless/],
    ],
    ["withoutReplica where nobody waits", mysql({ withoutReplica: "wait" }), [/unless mysql\.replication is semisync/]],
    ["a group of one", mysql({ replication: "group" }, one), [/replication is group, and there is one server/]],
    ["a group of two", mysql({ replication: "group", arbiter: false }), [/no majority.*acceptNoMajority/]],
    [
      "an arbiter that makes an odd number even",
      mysql({ replication: "group", arbiter: true }, [...both, server("server3", "db")]),
      [/mysql\.arbiter is true/],
    ],
    [
      "settings of a group outside one",
      mysql({ arbiter: true, acceptNoMajority: true }),
      [/mysql\.arbiter .*\n.*unless mysql\.replication is group/, /mysql\.acceptNoMajority .*\n.*unless/],
    ],
    ["an unknown size", mysql({ memoryMb: "large" }), [/memoryMb is "large"\n.*whole number of MB from 768/]],
    ["backups too seldom", mysql({ backup: { everyHours: 200 } }), [/everyHours is 200\n.*hours from 1 to 168/]],
    ["backups of which none stays", mysql({ backup: { keep: 0 } }), [/keep is 0\n.*full backups from 1 to 365/]],
    ["an archive without a pause", mysql({ backup: { archiveSeconds: 1 } }), [/archiveSeconds is 1\n.*from 5 to 3600/]],
    ["a relative folder for backups", mysql({ backup: { directory: "./b" } }), [/directory is .*\n.*starts with \//]],
    ["encryption that is neither", mysql({ backup: { encrypted: "yes" } }), [/encrypted is "yes"\n.*true or false/]],
    ["backups that are no settings", mysql({ backup: true }), [/backup is true\n.*everyHours, keep/]],
    ["a restore that nobody made", mysql({ restored: "yesterday" }), [/restored is .*\n.*like 20261121t120000z/]],
    ...["cluster", "mysql", "sys", "information_schema", "performance_schema"].map(
      (name): [string, Record<string, unknown>, RegExp[]] => [
        `the database ${name}`,
        mysql({ database: name }),
        [/mysql\.database is .*\n.*other than cluster, information_schema.*MySQL's and the cluster's own/],
      ],
    ),
    ["a database with capitals", mysql({ database: "MySQL" }), [/database is "MySQL"\n.*lower-case letters/]],
    [
      "further databases that are reserved, twice there, or the first one",
      mysql({ databases: ["sys", "analytics", "analytics", "foobar"] }),
      [/databases\[3\] is "foobar", which is mysql\.database/, /databases\[2\] .*\n.*once/, /databases\[0\] is "sys"/],
    ],
    [
      "variables that the stack needs, with the setting to use instead",
      mysql({
        settings: { max_connections: 500, server_id: 1, group_replication_consistency: "EVENTUAL", tmpdir: "/x" },
      }),
      [
        /max_connections is a variable that the stack itself needs\n.*instead mysql\.maxConnections/,
        /server_id .*\n.*gives each node its own/,
        /group_replication_consistency .*\n.*mysql\.replication/,
        /tmpdir .*\n.*writable folders/,
      ],
    ],
    [
      "other spellings of such variables",
      mysql({ settings: { "Max-Connections": 5, loose_server_id: 1, "skip-log-bin": true, "sql-mode": "" } }),
      [
        /Max-Connections.*\n.*maxConnections/,
        /loose_server_id/,
        /skip-log-bin/,
        /sql-mode is not spelled.*\n.*sql_mode/,
      ],
    ],
    [
      "values that a file cannot hold, and names that are none",
      mysql({ settings: { init_file: "x", sql_mode: 'A"\n[mysqld]', "a b": 1 } }),
      [/init_file/, /sql_mode has a value.*\n.*quotation marks/, /a b"\] is no name/],
    ],
    ["a buffer pool that leaves no room", mysql({ bufferPoolMb: 1000 }), [/bufferPoolMb is 1000\n.*at most 574/]],
  ];

  for (const [name, changes, expected] of databases) {
    it(`refuses ${name}`, () => {
      const found = problems(changes);
      assert.equal(found.length, expected.length, found.join("\n"));
      for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? "", pattern);
    });
  }

  it("takes a group of two where that is accepted", () => {
    assert.deepEqual(problems(mysql({ replication: "group", arbiter: false, acceptNoMajority: true })), []);
  });
});

describe("the setting of an arbiter", () => {
  const of = (arbiter: unknown) =>
    problems(threeMachines({ mysql: { arbiter } })).map((text) => text.replace(/\n {4}cure.*/, ""));
  const allowed = "    allowed:   true, false, or settings of the arbiter: endpoint\n";

  it("is yes or no, or settings, which may be a JSON text", () => {
    for (const arbiter of [true, undefined, {}, { endpoint: machine(13) }, JSON.stringify({ endpoint: machine(13) })])
      assert.deepEqual(of(arbiter), []);
  });

  for (const wrong of ["yes", 5, [true], null]) {
    it(`is not ${JSON.stringify(wrong)}, in one problem`, () =>
      assert.deepEqual(of(wrong), [
        `foobar:mysql.arbiter is ${JSON.stringify(wrong)}\n${allowed}    set it:    pulumi config set --path 'foobar:mysql.arbiter' true`,
      ]));
  }

  it("has a problem of its own for each key in it", () => {
    const [endpoint, key, ...more] = of({ endpoint: "nowhere", endpont: machine(13) });
    assert.deepEqual(more, []);
    assert.match(endpoint ?? "", /^foobar:mysql\.arbiter\.endpoint is "nowhere"\n {4}allowed: {3}a Docker endpoint: /);
    assert.match(key ?? "", /^foobar:mysql\.arbiter\.endpont is not a setting; did you mean endpoint\?\n/);
    assert.match(of('{"endpoint"').join(), /^foobar:mysql\.arbiter is no valid JSON: /);
  });

  it("leaves the certificate's setting, a text or a text that is encrypted, as it was", () => {
    const [problem, ...more] = problems({
      "foobar:names": ["www.foobar.com"],
      "foobar:loadBalancer": { tls: { certificate: { text: "x" }, key: '{"secure":"v1:a:b"}' } },
    });
    assert.deepEqual(more, []);
    assert.match(problem ?? "", /^foobar:loadBalancer\.tls\.certificate is .*\n {4}allowed: {3}a PEM file with /);
  });
});
