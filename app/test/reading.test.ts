import assert from "node:assert/strict";
import { createDatabase } from "../database.ts";
import { PoolBusy } from "../failure.ts";
import { row, stack, unavailable } from "./databaseStack.ts";
import { FakePool, FakeServer, failure } from "./fakes.ts";

describe("reading", () => {
  it("reads from the replica and names it", async () => {
    const { messages, replica, write } = stack();
    replica.answer = () => ({ rows: [row], insertId: 0 });
    const { node, value } = await messages.newest();
    assert.equal(node.name, "replica");
    assert.deepEqual(value, [row]);
    assert.equal(write.attempts, 0);
  });

  it("uses several replicas in turn", async () => {
    const [one, two, primary] = [new FakeServer("one"), new FakeServer("two"), new FakeServer("primary")];
    const events = { contact() {}, failed() {}, changed() {} };
    const read = [new FakePool(one), new FakePool(two)];
    const patience = { writeMs: 0, stop: new AbortController().signal };
    const database = createDatabase({ write: new FakePool(primary), read, schema: [], events, patience });
    for (let i = 0; i < 4; i += 1) await database.read((session) => session.run("SELECT 1"), undefined);
    assert.deepEqual([one.work.length, two.work.length, primary.work.length], [2, 2, 0]);
  });

  it("shows no error when the replica was restarted, although every pooled connection is dead", async () => {
    const { messages, replica, write } = stack();
    // Three connections in the pool.
    await Promise.all([messages.newest(), messages.newest(), messages.newest()]);
    replica.restart();
    // One visitor: the second attempt must not meet the next dead connection.
    assert.equal((await messages.newest()).node.name, "replica");
    assert.equal(write.attempts, 0);
  });

  it("falls back to the primary when the replica is down, and is not probed again before it is back", async () => {
    const { messages, replica, read, seen, database } = stack();
    replica.up = false;
    assert.equal((await messages.newest()).node.name, "primary");
    const attempts = read.attempts;
    assert.equal((await messages.newest()).node.name, "primary");
    assert.equal(read.attempts, attempts);
    replica.up = true;
    await database.probe();
    assert.equal((await messages.newest()).node.name, "replica");
    assert.deepEqual(seen.failures, ["read replica:3306"]);
  });

  it("falls back to the primary when the replica refuses the account, which it may not have received yet", async () => {
    const { messages, read } = stack();
    read.refusal = failure("ER_ACCESS_DENIED_ERROR");
    assert.equal((await messages.newest()).node.name, "primary");
  });

  it("falls back to the primary when the replica does not have the table yet", async () => {
    const { messages, replica } = stack();
    replica.tables = false;
    assert.equal((await messages.newest()).node.name, "primary");
  });

  it("finds no messages, rather than failing, when the table is missing and the primary is down", async () => {
    const { messages, replica, primary } = stack();
    replica.tables = false;
    primary.up = false;
    const { node, value } = await messages.newest();
    assert.deepEqual([node.name, value], ["replica", []]);
  });

  it("works with the primary down", async () => {
    const { messages, primary } = stack();
    primary.up = false;
    assert.equal((await messages.newest()).node.name, "replica");
  });

  it("says so when nothing can be read", async () => {
    const { messages, primary, replica, seen } = stack();
    primary.up = replica.up = false;
    const error = await unavailable(messages.newest());
    assert.deepEqual([error.operation, error.outcome], ["read", "not-done"]);
    assert.equal(seen.contacts, 0);
  });

  it("neither sends the overload of a busy replica to the primary, nor considers it down", async () => {
    const { messages, read, write, database } = stack();
    await messages.newest();
    read.refusal = new PoolBusy("full");
    await unavailable(messages.newest());
    assert.equal(write.attempts, 0);
    assert.equal(database.status().read[0]?.state, "up");
  });

  it("names the server by its reported host, else by its own name", async () => {
    const { messages, replica } = stack();
    Object.assign(replica, { name: "" });
    assert.equal((await messages.newest()).node.name, "container");
  });
});

describe("reading one's own message", () => {
  const list = (...ids: number[]) => ({ rows: ids.map((id) => ({ ...row, id })), insertId: 0 });

  it("reads only from the replica if it has the message", async () => {
    const { messages, replica, write } = stack();
    replica.answer = () => list(8, 7);
    assert.equal((await messages.newest(7)).behind, false);
    assert.equal(write.attempts, 0);
  });

  it("reads from the primary if the replica lacks the message, even if it has a later one", async () => {
    const { messages, replica, primary } = stack();
    replica.answer = () => list(9, 7);
    primary.answer = () => list(9, 8, 7);
    const { node, value, behind } = await messages.newest(8);
    assert.deepEqual([node.name, value.map(({ id }) => id), behind], ["primary", [9, 8, 7], false]);
  });

  it("shows the replica's list, and that it may be behind, if the primary does not answer", async () => {
    const { messages, replica, primary } = stack(10_000);
    replica.answer = () => list(7);
    primary.up = false;
    const { node, value, behind } = await messages.newest(8);
    assert.deepEqual([node.name, value.map(({ id }) => id), behind], ["replica", [7], true]);
    // The write address may lead to a replica for a moment.
    primary.up = true;
    primary.answer = () => list(7);
    assert.equal((await messages.newest(8)).behind, true);
  });

  it("does not look for a message that has left the list", async () => {
    const { messages, replica, write } = stack();
    replica.answer = () => list(...Array.from({ length: 50 }, (_, place) => 100 - place));
    assert.equal((await messages.newest(50)).behind, false);
    assert.equal(write.attempts, 0);
  });
});
