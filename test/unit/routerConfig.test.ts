import assert from "node:assert/strict";
import { mysqlCheck } from "../../components/databaseRouter/mysqlCheck.ts";
import { ROLES, ROUTER_ACCOUNT, ROUTER_TABLES, YES } from "../../components/databaseRouter/roles.ts";
import { connectionShare, routerConfig } from "../../components/databaseRouter/routerConfig.ts";
import { router, statements } from "../routerPlan.ts";

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

describe("a database router's check", () => {
  const sql = "SELECT 'ü', \"$HOME\",\n  1 AS a";
  const lines = mysqlCheck({ account: "somebody", sql, expect: "wanted" });
  const sent = lines.flatMap((line) => line.match(/^tcp-check send-binary ([0-9a-f]+)$/)?.[1] ?? []);
  const [login = "", query = "", quit = ""] = sent.map((hex) => Buffer.from(hex, "hex"));
  const length = (packet: Buffer | string) => Buffer.from(packet).readUIntLE(0, 3);

  it("gives the length of its packets in bytes", () => {
    assert.equal(length(login), login.length - 4);
    assert.equal(length(query), 1 + Buffer.byteLength("SELECT 'ü', \"$HOME\", 1 AS a"));
    assert.equal(length(quit), 1);
  });

  it("logs in by the account's name, without a password", () => {
    assert.equal(login.toString("latin1", 36), "somebody\0\0caching_sha2_password\0");
  });

  it("sends the statement as one word of haproxy.cfg, and COM_QUIT with it", () => {
    assert.deepEqual(lines.slice(-3), [
      String.raw`tcp-check send "SELECT 'ü', \"\$HOME\", 1 AS a"`,
      "tcp-check send-binary 0100000001",
      'tcp-check expect string "wanted"',
    ]);
  });

  it("expects a text that no statement contains, since errors quote the statement", () => {
    for (const statement of statements) assert.ok(!statement.includes(YES));
  });

  it("reads exactly the tables that its account may read", () => {
    const read = statements.flatMap((statement) => statement.match(/(?<=performance_schema\.)\w+/g) ?? []);
    assert.deepEqual([...new Set(read)].sort(), [...ROUTER_TABLES].sort());
  });
});

describe("a database router's haproxy.cfg", () => {
  const text = routerConfig(router(), 2);

  it("knows every database that serves clients, in each role, by name", () => {
    for (const role of ["primary", "replicas", "readable"]) {
      const addresses = starting(section(text, `backend ${role}`), "server").map((line) => line.split(" ")[2]);
      assert.deepEqual(addresses, ["mysql-server1:3306", "mysql-server2:3306"]);
    }
  });

  it("has one primary at a time, the first that claims to be", () => {
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

  it("sends reads to replicas, without one to the primary, without that to any database that answers", () => {
    assert.deepEqual(section(text, "frontend reads").slice(-4, -1), [
      "use_backend replicas if { nbsrv(replicas) gt 0 }",
      "use_backend primary if { nbsrv(primary) gt 0 }",
      "default_backend readable",
    ]);
  });

  it("considers a server down until it has answered, and closes its clients' connections when it no longer does", () => {
    assert.match(
      starting(section(text, "defaults"), "default-server")[0] ?? "",
      / init-state fully-down on-marked-down shutdown-sessions$/,
    );
  });

  it("leaves a database's reserved connections free, whatever the number of routers", () => {
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
