import assert from "node:assert/strict";
import { createDatabase } from "../database.ts";
import { DatabaseUnavailable, PoolBusy, QueryTimeout } from "../failure.ts";
import type { HostStatus } from "../host.ts";
import { createMessages, MESSAGES_SCHEMA } from "../messages.ts";
import { FakeClock, FakePool, FakeServer, failure } from "./fakes.ts";

/** Without patience, what happens at once is all that happens. */
function stack(writeMs = 0) {
  const primary = new FakeServer("primary");
  const replica = new FakeServer("replica");
  replica.readOnly = true;
  const write = new FakePool(primary);
  const read = new FakePool(replica);
  const clock = new FakeClock();
  const stop = new AbortController();
  const seen = { contacts: 0, failures: [] as string[], changes: [] as string[] };
  const database = createDatabase({
    write,
    read: [read],
    schema: MESSAGES_SCHEMA,
    patience: { writeMs, stop: stop.signal, clock },
    events: {
      contact: () => {
        seen.contacts += 1;
      },
      failed: (role, address) => seen.failures.push(`${role} ${address}`),
      changed: (role: string, status: HostStatus) => seen.changes.push(`${role} ${status.state}`),
    },
  });
  const at = new Date("2030-01-02T03:04:05.678Z");
  const messages = createMessages(database, "server1", () => at);
  return { primary, replica, write, read, seen, database, messages, at, clock, stop };
}

const row = { id: 7, author: "Ann", text: "hi", server: "server2", createdAt: new Date(0) };
const draft = { author: "Ann", text: "hi" };

async function unavailable(work: Promise<unknown>): Promise<DatabaseUnavailable> {
  const error = await work.then(
    () => assert.fail("it succeeded"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DatabaseUnavailable, String(error));
  return error;
}

describe("reading", () => {
  it("asks the replica and says so", async () => {
    const { messages, replica, write } = stack();
    replica.answer = () => ({ rows: [row], insertId: 0 });
    const { node, value } = await messages.newest();
    assert.equal(node.name, "replica");
    assert.deepEqual(value, [row]);
    assert.equal(write.attempts, 0);
  });

  it("takes several replicas in turn", async () => {
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

  it("does not send the overflow of a busy replica to the primary, nor take it for down", async () => {
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

describe("patience", () => {
  it("outlasts a failover: refused connections, then a read-only server, then the new primary", async () => {
    const { messages, primary, clock, database } = stack(10_000);
    await messages.post(draft);
    primary.restart();
    primary.up = false;
    const posted = messages.post(draft);
    await clock.advance(4000);
    primary.up = true;
    primary.readOnly = true;
    await clock.advance(4000);
    assert.equal(primary.work.length, 1);
    primary.readOnly = false;
    await clock.advance(500);
    assert.equal((await posted).node.name, "primary");
    assert.equal(primary.work.length, 2);
    assert.equal(database.status().write.state, "up");
    assert.ok(clock.idle);
  });

  it("ends after its time, and says that nothing was saved", async () => {
    const { messages, primary, clock } = stack(10_000);
    primary.up = false;
    const posted = unavailable(messages.post(draft));
    let over = false;
    void posted.then(() => {
      over = true;
    });
    await clock.advance(9900);
    assert.equal(over, false);
    await clock.advance(200);
    assert.equal(over, true);
    const error = await posted;
    assert.deepEqual([error.operation, error.outcome], ["write", "not-done"]);
    assert.match(error.message, /ECONNREFUSED/);
  });

  it("never repeats a write whose outcome is unknown, however much patience is left", async () => {
    const { messages, primary, clock } = stack(10_000);
    primary.answer = () => {
      throw failure("ECONNRESET", { fatal: true });
    };
    assert.equal((await unavailable(messages.post(draft))).outcome, "unknown");
    await clock.advance(20_000);
    assert.equal(primary.work.length, 1);
  });

  it("probes as often for many writes as for a few, and then does each write once", async () => {
    const attempts = async (writes: number) => {
      const { messages, primary, write, clock } = stack(10_000);
      primary.up = false;
      const more = () => Array.from({ length: writes }, () => messages.post(draft));
      const posted = more();
      await clock.advance(0);
      const before = write.attempts;
      await clock.advance(4000);
      posted.push(...more());
      await clock.advance(4000);
      const probes = write.attempts - before;
      primary.up = true;
      await clock.advance(500);
      await Promise.all(posted);
      assert.equal(primary.work.length, 2 * writes);
      return probes;
    };
    const alone = await attempts(1);
    assert.ok(alone > 8000 / 500 && alone < 8000 / 100, String(alone));
    assert.equal(await attempts(100), alone);
  });

  it("lets no more writes wait than the pool can take afterwards", async () => {
    const { messages, primary, clock } = stack(10_000);
    primary.up = false;
    const outcomes: string[] = [];
    const posted = Array.from({ length: 450 }, () =>
      messages.post(draft).then(
        () => outcomes.push("done"),
        (error) => outcomes.push(error.outcome),
      ),
    );
    await clock.advance(0);
    assert.deepEqual(outcomes, Array(50).fill("not-done"));
    primary.up = true;
    await clock.advance(500);
    await Promise.all(posted);
    assert.equal(primary.work.length, 400);
  });

  it("does not wait with a pool that is merely full", async () => {
    const { messages, write, clock } = stack(10_000);
    write.refusal = new PoolBusy("full");
    assert.equal((await unavailable(messages.post(draft))).outcome, "not-done");
    assert.ok(clock.idle);
  });

  it("ends for everybody when the instance is about to close", async () => {
    const { messages, primary, replica, clock, stop } = stack(10_000);
    primary.up = replica.up = false;
    const waiting = [unavailable(messages.post(draft)), unavailable(messages.newest())];
    await clock.advance(300);
    stop.abort();
    for (const error of await Promise.all(waiting)) assert.equal(error.outcome, "not-done");
    // Who comes now gets one try.
    await unavailable(messages.post(draft));
    primary.up = true;
    await messages.post(draft);
  });

  it("hides from readers that a router is being replaced", async () => {
    const { messages, primary, replica, clock } = stack(10_000);
    await messages.newest();
    for (const server of [primary, replica]) {
      server.restart();
      server.up = false;
    }
    const list = messages.newest();
    await clock.advance(1000);
    primary.up = replica.up = true;
    await clock.advance(500);
    assert.equal((await list).node.name, "replica");
  });

  it("is short for readers, and no longer than for writers", async () => {
    for (const [writeMs, readMs] of [
      [10_000, 2000],
      [1000, 1000],
    ] as const) {
      const { messages, primary, replica, clock } = stack(writeMs);
      primary.up = replica.up = false;
      let over = false;
      const list = unavailable(messages.newest()).then(() => {
        over = true;
      });
      await clock.advance(readMs - 1);
      assert.equal(over, false);
      await clock.advance(1);
      await list;
    }
  });

  it("is not for a reader whose database is slow", async () => {
    const { messages, primary, replica, clock } = stack(10_000);
    const slow = () => {
      throw new QueryTimeout("no answer");
    };
    primary.answer = replica.answer = slow;
    await unavailable(messages.newest());
    assert.ok(clock.idle);
  });
});

describe("reading what one has written", () => {
  const list = (...ids: number[]) => ({ rows: ids.map((id) => ({ ...row, id })), insertId: 0 });

  it("asks the replica alone when it has the message", async () => {
    const { messages, replica, write } = stack();
    replica.answer = () => list(8, 7);
    assert.equal((await messages.newest(7)).behind, false);
    assert.equal(write.attempts, 0);
  });

  it("reads where messages are written when the replica does not have it yet, though it may have a later one", async () => {
    const { messages, replica, primary } = stack();
    replica.answer = () => list(9, 7);
    primary.answer = () => list(9, 8, 7);
    const { node, value, behind } = await messages.newest(8);
    assert.deepEqual([node.name, value.map(({ id }) => id), behind], ["primary", [9, 8, 7], false]);
  });

  it("shows what the replica has, and that it may be behind, when the primary cannot say", async () => {
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

describe("probing", () => {
  it("makes the table, on the primary only", async () => {
    const { database, primary, replica } = stack();
    primary.tables = replica.tables = false;
    await database.probe();
    assert.deepEqual([primary.tables, replica.tables], [true, false]);
  });

  it("leaves a read-only primary as it is", async () => {
    const { database, primary } = stack();
    primary.tables = false;
    primary.readOnly = true;
    await database.probe();
    assert.equal(primary.tables, false);
  });

  it("never throws, tells every change once, and counts as contact only what answered", async () => {
    const { database, primary, replica, seen } = stack();
    primary.up = replica.up = false;
    await database.probe();
    await database.probe();
    assert.deepEqual([...seen.changes].sort(), ["read down", "write down"]);
    assert.equal(seen.contacts, 0);
    replica.up = true;
    await database.probe();
    assert.deepEqual(seen.changes.slice(2), ["read up"]);
    assert.ok(seen.contacts > 0);
  });

  it("does not take a restarted server for down because of a connection that died with it", async () => {
    const { database, replica, seen } = stack();
    await database.probe();
    replica.restart();
    await database.probe();
    assert.deepEqual([...seen.changes].sort(), ["read up", "write up"]);
  });

  it("closes every pool", async () => {
    const { database, write, read } = stack();
    await database.close();
    assert.deepEqual([write.closed, read.closed], [true, true]);
  });
});
