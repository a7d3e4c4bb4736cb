import assert from "node:assert/strict";
import { stack } from "./databaseStack.ts";

describe("probing", () => {
  it("creates the table, on the primary only", async () => {
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

  it("never throws, reports every change once, and counts only answers as contact", async () => {
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

  it("does not consider a restarted server down because of a connection that died with it", async () => {
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
