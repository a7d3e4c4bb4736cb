import assert from "node:assert/strict";
import { Readiness } from "../health.ts";

describe("readiness", () => {
  let now = 0;
  let readiness = new Readiness(30_000, () => now);
  beforeEach(() => {
    now = 1_000_000;
    readiness = new Readiness(30_000, () => now);
  });

  it("is red until a database has answered for the first time, whatever the grace", () => {
    assert.deepEqual(readiness.report(), { ready: false, reasons: ["never connected to a database yet"] });
    readiness.contact();
    assert.deepEqual(readiness.report(), { ready: true, reasons: [] });
  });

  it("stays green while a database is gone for less than the grace", () => {
    readiness.contact();
    now += 30_000;
    assert.equal(readiness.report().ready, true);
    now += 1;
    assert.equal(readiness.report().ready, false);
    assert.match(readiness.report().reasons.join(), /no database for 30 s, longer than the 30 s/);
  });

  it("turns green again with the database, and the grace begins again", () => {
    readiness.contact();
    now += 60_000;
    assert.equal(readiness.report().ready, false);
    readiness.contact();
    now += 20_000;
    assert.equal(readiness.report().ready, true);
  });

  it("stays red once draining, whatever the state of the database", () => {
    readiness.contact();
    readiness.drain();
    readiness.contact();
    assert.match(readiness.report().reasons.join(), /draining/);
    assert.equal(readiness.draining, true);
  });
});
