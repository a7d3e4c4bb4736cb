import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { act } from "../../agent/act/act.ts";
import { readText } from "../../agent/files/storing.ts";
import { signSeenOpen } from "../../agent/sign.ts";
import type { Step } from "../../agent/step.ts";
import { schemaVersion, VERSION_THERE } from "../../agent/upkeep/schema.ts";
import type { Marks } from "../../agent/vocabulary.ts";
import { ALONE, ONE, transactions } from "./cluster.ts";
import { ACCOUNT_HOSTS, type FakeNode, fakeNode, serverError } from "./fakeNode.ts";

const NO_MARKS = { provisioning: undefined };

/** A donor that fails; the second number tells whether this node's data was dropped before. */
function donorFails(statement: string, dropped: number) {
  if (statement.includes("CLONE INSTANCE")) return serverError(3862, "busy");
  return statement.includes("DROP DATA") ? [{ dropped }] : [];
}

describe("the acts of an agent", () => {
  let node: FakeNode;
  afterEach(() => node.remove());
  const done = (step: Step, marks: Pick<Marks, "provisioning"> = NO_MARKS) => act(step, node.hands, marks);
  const marks = () => node.hands.marks.read("replication");

  it("begin a cluster with its databases, accounts and first term before the mark goes", async () => {
    node = await fakeNode();
    await node.hands.marks.setProvisioning({ step: "initialising", earlier: undefined });
    await done({ do: "begin-cluster" });
    const [statements = ""] = node.told;
    const order = ["super_read_only = OFF", "CREATE DATABASE IF NOT EXISTS `shop`", "'application'@", "'configured'"];
    const places = order.map((text) => statements.indexOf(text));
    assert.deepEqual(
      places,
      [...places].sort((one, other) => one - other),
    );
    assert.ok(places.every((place) => place >= 0));
    assert.doesNotMatch(statements, /'replication'@/, "the account of the members is every node's own");
    assert.equal((await marks()).provisioning, undefined);
  });

  it("keep the mark of provisioning if a statement fails", async () => {
    node = await fakeNode(() => serverError(1290));
    await node.hands.marks.setProvisioning({ step: "initialising", earlier: undefined });
    await assert.rejects(done({ do: "begin-cluster" }));
    assert.equal((await marks()).provisioning?.step, "initialising");
  });

  it("set the mark of a clone before anything changes, and end the server", async () => {
    const seen: (string | undefined)[] = [];
    const mark = { step: "cloning over data", earlier: "2026-11-27 10:00:00.000" } as const;
    node = await fakeNode((statement) => (statement.includes("CLONE INSTANCE") ? serverError(3707) : []));
    const { execute } = node.hands.own;
    const own = {
      ...node.hands.own,
      execute: async (statements: string) => {
        seen.push((await marks()).provisioning?.step);
        await execute(statements);
      },
    };
    await act({ do: "clone", donor: ONE, mark }, { ...node.hands, own }, NO_MARKS);
    assert.deepEqual(seen, ["cloning over data"]);
    assert.ok(node.told.includes("SHUTDOWN"));
    assert.deepEqual((await marks()).provisioning, mark);
  });

  it("put the mark back if the donor refuses a clone, and keep the server", async () => {
    const before = { step: "initialising", earlier: undefined } as const;
    node = await fakeNode((statement) => donorFails(statement, 0));
    const mark = { step: "cloning", earlier: undefined } as const;
    await assert.rejects(
      done({ do: "clone", donor: ONE, mark }, { provisioning: before }),
      /cannot be cloned now: busy/,
    );
    assert.deepEqual((await marks()).provisioning, before);
    assert.ok(!node.told.includes("SHUTDOWN"));
  });

  it("end the server after a donor's error in the middle of a clone, which has dropped the data", async () => {
    const mark = { step: "cloning", earlier: undefined } as const;
    node = await fakeNode((statement) => donorFails(statement, 1));
    await done({ do: "clone", donor: ONE, mark }, { provisioning: { step: "initialising", earlier: undefined } });
    assert.deepEqual((await marks()).provisioning, mark);
    assert.ok(node.told.includes("SHUTDOWN"));
  });

  it("keep a clone only after it has no source any more, and mark the node's own data as lost", async () => {
    node = await fakeNode((statement) =>
      statement.includes("tables_without_rows") ? [{ name: "shop.old (MyISAM)" }] : [],
    );
    await node.hands.marks.setProvisioning({ step: "cloning", earlier: undefined });
    await done({ do: "keep-clone" });
    assert.match(node.told.join("\n"), /RESET REPLICA ALL/);
    assert.deepEqual([(await marks()).provisioning, (await marks()).isDataLost], [undefined, true]);
    assert.match(node.said.join("\n"), /lacks the rows of shop\.old \(MyISAM\)/);
  });

  it("do not keep a clone whose source could not be removed", async () => {
    node = await fakeNode((statement) => (statement.includes("RESET REPLICA ALL") ? serverError(1290) : []));
    await node.hands.marks.setProvisioning({ step: "cloning over data", earlier: "2026-11-27 10:00:00.000" });
    await assert.rejects(done({ do: "keep-clone" }));
    assert.equal((await marks()).provisioning?.step, "cloning over data");
  });

  it("let the next start empty the folder, and end the server", async () => {
    node = await fakeNode();
    await done({ do: "empty-folder" });
    assert.equal(await readText(node.paths.provisioning), "initialising\n-\n");
    assert.ok(node.told.includes("SHUTDOWN"));
  });

  it("do not open a node that a switchover has given another source meanwhile", async () => {
    node = await fakeNode((statement) => (/AS source/.test(statement) ? [{ source: ONE }] : []));
    await assert.rejects(done({ do: "open", term: 3, source: undefined }), /made it a replica of mysql-server1/);
    assert.deepEqual(node.told, []);
    await done({ do: "open", term: 3, source: ONE });
    assert.ok(node.told.join("\n").includes("read_only = OFF"));
  });

  it("open a node that has no source, with its schema, before clients are let in", async () => {
    node = await fakeNode();
    await done({ do: "open", term: 3, source: undefined });
    const all = node.told.join("\n");
    const places = [
      "RESET REPLICA ALL",
      "cluster.passwords",
      "acknowledgements (member",
      "source_enabled = ON",
      "read_only = OFF;\n",
    ];
    const found = places.map((text) => `${all}\n`.lastIndexOf(text));
    assert.deepEqual(
      found,
      [...found].sort((one, other) => one - other),
    );
    assert.doesNotMatch(all, /USER|GRANT/, "a logged account would lock out the replica that is to acknowledge it");
    assert.doesNotMatch(all, /init_replica/, "it is noted when it was seen open");
  });

  it("create no part of a schema that is complete: the statements could wait for the replica that asks for it", async () => {
    node = await fakeNode((statement) =>
      statement === VERSION_THERE
        ? [{ version: schemaVersion({ accountHosts: ACCOUNT_HOSTS }) }]
        : /SCHEMA_NAME/.test(statement)
          ? [{ name: "shop" }]
          : [],
    );
    await done({ do: "open", term: 3, source: undefined });
    assert.doesNotMatch(node.told.join("\n"), /CREATE/);
  });

  it("note that a node is open, for this run and for ever, and that its data are complete", async () => {
    node = await fakeNode();
    await node.hands.marks.setDataLost(true);
    await node.hands.marks.setConnectedWith("replication");
    await done({ do: "note-open", term: 7 });
    const { ledIn, isDataLost, connectedWith } = await marks();
    assert.deepEqual([ledIn, isDataLost, connectedWith], [7, false, undefined]);
    assert.deepEqual(node.told, [signSeenOpen(7)]);
  });

  it("let a node open once more in its term before it is closed for a clone", async () => {
    node = await fakeNode();
    await done({ do: "note-open", term: 7 });
    await done({ do: "free-clone" });
    assert.equal((await marks()).ledIn, 7);
    assert.match(node.told.join("\n"), /init_replica = DEFAULT;[\s\S]*super_read_only = ON[\s\S]*source_enabled = OFF/);
  });

  it("forget the password of a connection before another begins", async () => {
    node = await fakeNode((statement) => (statement.includes("START REPLICA USER") ? serverError(3021) : []));
    await node.hands.marks.setConnectedWith("replication");
    await assert.rejects(done({ do: "follow", source: ONE, how: "instead" }));
    assert.equal((await marks()).connectedWith, undefined);
  });

  it("note the password of a connection, and of a former one", async () => {
    node = await fakeNode();
    await done({ do: "follow", source: ONE, how: "first" });
    assert.equal((await marks()).connectedWith, "present");
    assert.equal((await node.hands.marks.read("another")).connectedWith, "former");
    await done({ do: "reconnect" });
    assert.doesNotMatch(node.told.at(-1) ?? "", /CHANGE REPLICATION SOURCE/, "that could delete the relay log");
  });

  it("join a group with a password that counts when the group has the node", async () => {
    node = await fakeNode();
    await writeFile(node.paths.regroup, "");
    await writeFile(node.paths.givenUp, `${ONE}\n`);
    await done({ do: "join-group" });
    assert.match(node.told.at(-1) ?? "", /bootstrap_group = OFF;\nSTART GROUP_REPLICATION/);
    const joining = await marks();
    assert.deepEqual([joining.isToRegroup, joining.connectedWith, joining.givenUp], [false, undefined, [ONE]]);
    await done({ do: "settle-in-group" });
    const settled = await marks();
    assert.deepEqual([settled.connectedWith, settled.givenUp], ["present", []]);
  });

  it("begin a group only if the last look still says so", async () => {
    node = await fakeNode();
    const settings = { replication: "group", peers: [ONE] } as const;
    const peer = { group: "OFFLINE", held: transactions(9) } as const;
    node.situation = { settings, own: ALONE, peers: { [ONE]: { ...peer, held: transactions(11) } } };
    await assert.rejects(done({ do: "begin-group" }), /does not begin here now/);
    assert.doesNotMatch(node.told.join("\n"), /START GROUP_REPLICATION/);
    node.situation = { settings, own: ALONE, peers: { [ONE]: peer } };
    await done({ do: "begin-group" });
    assert.match(node.told.at(-1) ?? "", /bootstrap_group = ON;\nSTART GROUP_REPLICATION/);
  });

  it("do not record a password for a group that was not joined", async () => {
    node = await fakeNode((statement) => (statement.includes("START GROUP") ? serverError(3092) : []));
    node.situation = { settings: { replication: "group" }, own: ALONE, peers: { [ONE]: { held: transactions(9) } } };
    await assert.rejects(done({ do: "begin-group" }));
    assert.equal(await node.hands.marks.isJoining(), false);
  });

  it("hand over to a member, and say if there is none", async () => {
    node = await fakeNode((statement) => (statement.includes("MEMBER_ID AS id") ? [{ id: "uuid-1" }] : []));
    await done({ do: "hand-over" });
    assert.equal(node.told.at(-1), "SELECT group_replication_set_as_primary('uuid-1')");
    await node.remove();
    node = await fakeNode();
    await assert.rejects(done({ do: "hand-over" }), /no other member/);
  });

  it("release writers without waiting for them", async () => {
    let release = (): void => {};
    node = await fakeNode();
    const execute = () => new Promise<void>((resolve) => (release = resolve));
    await act({ do: "release-writers" }, { ...node.hands, own: { ...node.hands.own, execute } }, NO_MARKS);
    release();
    await node.untilIdle();
  });
});
