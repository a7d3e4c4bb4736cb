import assert from "node:assert/strict";
import { draft, stack, unavailable } from "./databaseStack.ts";
import { FakeServer, failure } from "./fakes.ts";

describe("writing", () => {
  it("creates the table once, writes to the primary and returns the message", async () => {
    const { messages, primary, replica, at } = stack();
    primary.tables = false;
    const values: unknown[] = [];
    primary.answer = (_sql, given) => {
      values.push(...given);
      return { rows: [], insertId: 42 };
    };
    const { node, value } = await messages.post(draft);
    await messages.post(draft);
    assert.equal(node.name, "primary");
    assert.deepEqual(value, { id: 42, author: "Ann", text: "hi", server: "server1", createdAt: at });
    assert.deepEqual(values.slice(0, 4), ["Ann", "hi", "server1", at]);
    assert.equal(primary.statements.filter((sql) => sql.startsWith("CREATE")).length, 1);
    assert.equal(replica.statements.length, 0);
  });

  it("notices a dead pooled connection before it sends the message, and uses a new one", async () => {
    const { messages, primary } = stack();
    await messages.post(draft);
    primary.restart();
    await messages.post(draft);
    assert.equal(primary.work.length, 2);
  });

  it("never repeats a message whose outcome is unknown", async () => {
    const { messages, primary } = stack();
    primary.answer = () => {
      throw failure("PROTOCOL_CONNECTION_LOST", { fatal: true });
    };
    const error = await unavailable(messages.post(draft));
    assert.equal(error.outcome, "unknown");
    assert.equal(primary.work.length, 1);
  });

  it("retries when the primary guarantees that nothing was done", async () => {
    for (const code of [
      "ER_OPTION_PREVENTS_STATEMENT",
      "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION",
      "ER_READ_ONLY_MODE",
      "ER_SERVER_OFFLINE_MODE",
      "ER_GR_HOLD_MEMBER_STATUS_ERROR",
      "ER_LOCK_DEADLOCK",
    ]) {
      const { messages, primary, clock } = stack(10_000);
      let calls = 0;
      primary.answer = () => {
        calls += 1;
        if (calls === 1) throw failure(code);
        return { rows: [], insertId: 1 };
      };
      const posted = messages.post(draft);
      await clock.advance(100);
      assert.equal((await posted).value.id, 1, code);
      assert.equal(calls, 2, code);
    }
  });

  it("does not trust a group member that rolls back a write which it may have sent to the others", async () => {
    for (const code of ["ER_RUN_HOOK_ERROR", "ER_TRANSACTION_ROLLBACK_DURING_COMMIT"]) {
      const { messages, primary, clock } = stack(10_000);
      primary.answer = () => {
        throw failure(code);
      };
      assert.equal((await unavailable(messages.post(draft))).outcome, "unknown", code);
      assert.equal(primary.work.length, 1, code);
      assert.ok(clock.idle);
    }
  });

  it("finds the new primary through a router that still holds connections to the old one", async () => {
    const { messages, primary, write, database } = stack();
    await messages.post(draft);
    primary.readOnly = true;
    const promoted = new FakeServer("promoted");
    // New connections reach the promoted server, old ones stay where they are.
    const connect = write.connect.bind(write);
    write.connect = async () => {
      const connection = await connect();
      return connection.reused
        ? connection
        : { ...connection, run: async (sql, values = []) => promoted.handle(sql, values) };
    };
    assert.equal((await messages.post(draft)).node.name, "promoted");
    assert.deepEqual([primary.work.length, promoted.work.length], [1, 1]);
    assert.equal(database.status().write.node?.name, "promoted");
  });

  it("creates the table again when it vanished", async () => {
    const { messages, primary } = stack();
    await messages.post(draft);
    primary.tables = false;
    await messages.post(draft);
    assert.equal(primary.tables, true);
  });

  it("says that nothing was saved when the primary is down, and that posting is not possible", async () => {
    const { messages, primary, replica } = stack();
    assert.deepEqual(messages.posting(), { possible: true });
    primary.up = false;
    const error = await unavailable(messages.post(draft));
    assert.deepEqual([error.operation, error.outcome], ["write", "not-done"]);
    assert.equal(messages.posting().possible, false);
    assert.equal(replica.work.length, 0);
    primary.up = true;
    await messages.post(draft);
    assert.deepEqual(messages.posting(), { possible: true });
  });

  it("names the read-only server when no primary accepts writes", async () => {
    const { messages, primary } = stack();
    primary.readOnly = true;
    await unavailable(messages.post(draft));
    assert.deepEqual(messages.posting(), { possible: false, reason: "primary is read-only" });
    assert.equal(primary.work.length, 0);
  });

  it("passes on a failure that is not an outage", async () => {
    const { messages, primary } = stack();
    primary.answer = () => {
      throw failure("ER_DATA_TOO_LONG");
    };
    await assert.rejects(messages.post(draft), { code: "ER_DATA_TOO_LONG" });
    assert.equal(primary.work.length, 1);
  });
});
