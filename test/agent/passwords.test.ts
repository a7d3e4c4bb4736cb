import assert from "node:assert/strict";
import { isPassword } from "../../agent/mysql/passwordHash.ts";
import { markOf } from "../../agent/mysql/secrets.ts";
import { accountsQuestion, need, Passwords } from "../../agent/upkeep/passwords.ts";
import { type FakeNode, fakeNode, serverError } from "./fakeNode.ts";

/** `authentication_string` of MySQL 9.7 for the password "backup". */
const STORED =
  "24412430304124415E441234267E166F01572C0E69750F034E0D766263566C5731652F54617A4F366F71305A48345A55486E4535714A626636446A6A324C3752586F51745730";

const row = (mark: string, hash = STORED) => ({ account: "backup", mark, hash });

describe("a stored password", () => {
  it("is recognized without a login", () => {
    const stored = Buffer.from(STORED, "hex");
    assert.equal(isPassword("backup", stored), true);
    assert.equal(isPassword("backup2", stored), false);
    assert.equal(isPassword("", stored), false);
  });

  it("of another kind is none that could be recognized", () => {
    assert.equal(isPassword("backup", Buffer.from("*2470C0C06DEE42FD1618BBB99005ADCA2EC9D1E19")), false);
  });
});

describe("the password of an account", () => {
  let node: FakeNode;
  let rows = [row(markOf("backup"))];
  beforeEach(async () => {
    rows = [row(markOf("backup"))];
    node = await fakeNode((statement) => (statement.includes("authentication_string") ? rows : []));
  });
  afterEach(() => node.remove());
  /** Two looks, because a new file counts at the second one. */
  const keep = async (passwords: Passwords) => {
    await passwords.keep(node.hands);
    await passwords.keep(node.hands);
  };

  it("needs nothing while it is that of the file, another one when the file has another, its own when a person set one", () => {
    assert.equal(need(row(markOf("backup")), "backup"), "nothing");
    assert.equal(need(row(markOf("backup")), "new"), "next");
    assert.equal(need(row(markOf("new")), "new"), "same");
  });

  it("is left alone while it is that of the file", async () => {
    await keep(new Passwords());
    assert.deepEqual(node.told, []);
  });

  it("is that of a changed file, beside the one before, without the binary log", async () => {
    const passwords = new Passwords();
    await keep(passwords);
    node.passwords.set("backup", "new");
    await passwords.keep(node.hands);
    assert.equal(node.told.length, 0, "the file may be half-written");
    await passwords.keep(node.hands);
    assert.deepEqual(node.told, [
      "unlogged as root",
      `ALTER USER 'backup'@'10.0.3.0/24' IDENTIFIED BY 'new' RETAIN CURRENT PASSWORD ATTRIBUTE '{"password": "${markOf("new")}"}'`,
      "locked",
    ]);
  });

  it("is never a part of the file's that was read while it was written", async () => {
    const passwords = new Passwords();
    await keep(passwords);
    for (const half of ["ba", "backup-n", "backup-new", "backup-new"]) {
      node.passwords.set("backup", half);
      await passwords.keep(node.hands);
    }
    assert.deepEqual(
      node.told.filter((line) => line.startsWith("ALTER")).map((line) => /BY '([^']*)'/.exec(line)?.[1]),
      ["backup-new"],
    );
  });

  it("is left alone where a person has locked the account, or a primary of an older version would log the change", async () => {
    assert.match(accountsQuestion(node.hands.settings), /WHERE account_locked = 'N' AND/);
    assert.match(accountsQuestion(node.hands.settings), /OR EXISTS \(SELECT 1 FROM information_schema\.VIEWS/);
    node.passwords.set("backup", "new");
    rows = [];
    await keep(new Passwords());
    assert.deepEqual(node.told, []);
  });

  it("that a person has set is replaced, and the one before stays", async () => {
    node.passwords.set("backup", "new");
    rows = [row(markOf("new"))];
    await keep(new Passwords());
    assert.deepEqual(node.told, [
      "unlogged as root",
      "ALTER USER 'backup'@'10.0.3.0/24' IDENTIFIED WITH caching_sha2_password BY 'new'",
      "locked",
    ]);
  });

  it("is checked again when MySQL has stored something else", async () => {
    const passwords = new Passwords();
    await keep(passwords);
    rows = [row(markOf("backup"), Buffer.from("nothing of this kind").toString("hex"))];
    await passwords.keep(node.hands);
    assert.match(node.told.join("\n"), /ALTER USER 'backup'/);
  });
});

describe("the password of root", () => {
  let node: FakeNode;
  afterEach(() => node.remove());
  const keepRoot = async () => {
    const passwords = new Passwords();
    await passwords.keepRoot(node.hands);
    await passwords.keepRoot(node.hands);
  };

  it("that is taken lets the agent's own account be made", async () => {
    node = await fakeNode();
    await keepRoot();
    assert.match(node.told.join("\n"), /DO 0\nunlogged as root\nCREATE USER IF NOT EXISTS 'node'@'localhost'/);
  });

  it("is set by the agent's own account where it is refused", async () => {
    node = await fakeNode((statement) => (statement === "DO 0" ? serverError(1045) : []));
    await keepRoot();
    assert.deepEqual(node.told, [
      "DO 0",
      "unlogged as node",
      "ALTER USER 'root'@'localhost' IDENTIFIED BY 'root'",
      "locked",
    ]);
  });

  it("is set once, and again when root could not log in since", async () => {
    node = await fakeNode((statement) => (statement === "DO 0" ? serverError(1045) : []));
    const passwords = new Passwords();
    for (let look = 0; look < 4; look++) await passwords.keepRoot(node.hands);
    assert.equal(node.told.filter((line) => line.startsWith("ALTER USER 'root'")).length, 1);
    passwords.doubtRoot();
    await passwords.keepRoot(node.hands);
    assert.equal(node.told.filter((line) => line.startsWith("ALTER USER 'root'")).length, 2);
  });

  it("that nobody can open is an error: data of older versions have no account by which it could be set", async () => {
    node = await fakeNode(() => serverError(1045));
    await assert.rejects(keepRoot(), /1045/);
  });

  it("is left alone while the server does not answer", async () => {
    node = await fakeNode((statement) => (statement === "DO 0" ? new Error("no answer") : []));
    await assert.rejects(keepRoot(), /no answer/);
    assert.deepEqual(node.told, ["DO 0"]);
  });
});
