import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Certificates } from "../../agent/upkeep/certificates.ts";
import { Databases } from "../../agent/upkeep/databases.ts";
import { Events } from "../../agent/upkeep/events.ts";
import { Sizing, sizingStatements } from "../../agent/upkeep/sizing.ts";
import { TimeZones } from "../../agent/upkeep/timeZones.ts";
import { Upkeep } from "../../agent/upkeep/upkeep.ts";
import { TWO, term } from "./cluster.ts";
import { type FakeNode, fakeNode, serverError } from "./fakeNode.ts";

const DIFFERS = (statement: string) => (statement.includes("AS differs") ? [{ differs: 1 }] : []);

describe("what an agent keeps beside its role", () => {
  let node: FakeNode;
  afterEach(() => node.remove());

  it("are the sizes of the desired state, once for each change", async () => {
    node = await fakeNode();
    const file = "[mysqld]\ninnodb_buffer_pool_size = 128M\nmax_connections = 100\nother = ON\n";
    assert.equal(
      sizingStatements(file),
      "SET GLOBAL innodb_buffer_pool_size = 134217728;\nSET GLOBAL max_connections = 100;",
    );
    const sizing = new Sizing();
    const hands = { ...node.hands, desired: { ...node.hands.desired, sizing: async () => file } };
    await sizing.keep(hands);
    await sizing.keep(hands);
    assert.equal(node.told.length, 1);
  });

  it("are certificates, which are tried again until MySQL takes them", async () => {
    let isTaken = false;
    node = await fakeNode(() => (isTaken ? [] : serverError(3888, "key and certificate do not match")));
    const certificates = new Certificates();
    await certificates.keep(node.hands);
    await certificates.keep(node.hands);
    isTaken = true;
    await certificates.keep(node.hands);
    await certificates.keep(node.hands);
    assert.equal(node.told.length, 3);
    assert.equal(node.said.filter((line) => line.includes("do not match")).length, 1);
    node.passwords.set("certificates", "renewed");
    await certificates.keep(node.hands);
    assert.equal(node.told.length, 4);
  });

  it("are the application's privileges on a list of databases that two looks agree on", async () => {
    node = await fakeNode(() => [{ name: "shop" }, { name: "old" }]);
    const databases = new Databases();
    node.passwords.set("databases", "shop,blo");
    await databases.settle(node.hands);
    node.passwords.set("databases", "shop,blog");
    await databases.settle(node.hands);
    assert.equal(node.told.length, 0, "the file may be half-written");
    await databases.settle(node.hands);
    assert.match(
      node.told.join("\n"),
      /unlogged as root\nGRANT .* ON `shop`.*\nGRANT .* ON `blog`.*\nREVOKE ALL ON `old`.*\nlocked/,
    );
    assert.match(node.said.join("\n"), /no access to the database old any more/);
    databases.lead(node.hands, node.hands.beside);
    databases.lead(node.hands, node.hands.beside);
    await node.untilIdle();
    const created = node.told.filter((one) => one.includes("CREATE DATABASE"));
    assert.deepEqual(
      created,
      ["CREATE DATABASE IF NOT EXISTS `blog`;"],
      "the statement for shop, which is there, could wait",
    );
  });

  it("are the events of a primary, taken over once in each term", async () => {
    node = await fakeNode((statement) =>
      statement.includes("ALTER DEFINER") ? [{ statement: "ALTER EVENT one" }] : [],
    );
    const events = new Events();
    for (const number of [1, 1, 2]) await events.lead(node.hands, number, 0, node.hands.beside);
    await node.untilIdle();
    assert.equal(node.told.filter((one) => one === "ALTER EVENT one").length, 2);
    assert.equal(node.told.filter((one) => one.includes("event_scheduler = ON")).length, 2);
    await events.rest(node.hands);
    await events.rest(node.hands);
    assert.equal(node.told.filter((one) => one.includes("event_scheduler = OFF")).length, 1);
  });

  it("are records of disabled events, not more than one a minute", async () => {
    node = await fakeNode(DIFFERS);
    const events = new Events();
    for (const at of [0, 1, 30, 62]) await events.lead(node.hands, 1, at, node.hands.beside);
    await node.untilIdle();
    assert.equal(node.told.filter((one) => one.includes("INSERT IGNORE INTO cluster.disabled_events")).length, 2);
  });

  it("are time zones, replaced in one transaction when the image has other ones", async () => {
    node = await fakeNode((statement) => (statement.startsWith("SELECT version") ? [{ version: "2025a" }] : []));
    const text = "TRUNCATE TABLE time_zone;\nSTART TRANSACTION;\nINSERT INTO time_zone\n VALUES (1)\n;\nCOMMIT;\n";
    await writeFile(join(node.hands.settings.folders.data, ".zones-2026a.sql.gz"), gzipSync(text));
    await new TimeZones().keep(node.hands);
    const [first, begin, ...rest] = node.told;
    assert.equal(first, "unlogged as root");
    assert.match(begin ?? "", /USE mysql; START TRANSACTION$/);
    assert.match(
      rest.join("\n"),
      /^DELETE FROM time_zone;\nINSERT INTO time_zone\n VALUES \(1\);\n\nDELETE FROM cluster.time_zones; INSERT INTO cluster.time_zones VALUES \('2026a'\); COMMIT\nlocked$/,
    );
  });

  it("are no time zones that the tables have already", async () => {
    node = await fakeNode((statement) => (statement.startsWith("SELECT version") ? [{ version: "2026a" }] : []));
    await writeFile(join(node.hands.settings.folders.data, ".zones-2026a.sql.gz"), gzipSync(""));
    await new TimeZones().keep(node.hands);
    assert.deepEqual(node.told, []);
  });

  it("go on although one of them fails, whose reason is said once", async () => {
    node = await fakeNode((statement) => (statement.includes("RELOAD TLS") ? [] : serverError(1290, "no")));
    const upkeep = new Upkeep();
    const state = { word: "replica", text: "" } as const;
    for (const at of [0, 1]) await upkeep.keep(node.hands, { term: term(1, TWO) }, state, at, node.hands.beside);
    assert.ok(node.told.includes("ALTER INSTANCE RELOAD TLS"));
    assert.equal(node.said.filter((line) => line === "accounts: no").length, 1);
  });
});
