import assert from "node:assert/strict";
import { PoolBusy, QueryTimeout } from "../failure.ts";
import { draft, stack, unavailable } from "./databaseStack.ts";
import { failure } from "./fakes.ts";

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

  it("ends for all requests when the instance is about to close", async () => {
    const { messages, primary, replica, clock, stop } = stack(10_000);
    primary.up = replica.up = false;
    const waiting = [unavailable(messages.post(draft)), unavailable(messages.newest())];
    await clock.advance(300);
    stop.abort();
    for (const error of await Promise.all(waiting)) assert.equal(error.outcome, "not-done");
    // A new request now gets one attempt.
    await unavailable(messages.post(draft));
    primary.up = true;
    await messages.post(draft);
  });

  it("hides the replacement of a router from readers", async () => {
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
      [10_000, 5000],
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

  it("lasts while databases stand still for a moment", async () => {
    const { messages, primary, replica, clock } = stack(10_000);
    primary.frozen = replica.frozen = true;
    const list = messages.newest();
    await clock.advance(1000);
    primary.frozen = replica.frozen = false;
    await clock.advance(500);
    assert.equal((await list).node.name, "replica");
  });

  it("does not apply to a reader whose database is slow", async () => {
    const { messages, primary, replica, clock } = stack(10_000);
    const slow = () => {
      throw new QueryTimeout("no answer");
    };
    primary.answer = replica.answer = slow;
    await unavailable(messages.newest());
    assert.ok(clock.idle);
  });
});
