import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { OwnMysql } from "../../agent/mysql/ownServer.ts";
import type { Secrets } from "../../agent/mysql/secrets.ts";
import { FakeMysql } from "./fakeMysql.ts";

const SECRETS: Secrets = {
  password: async () => "secret",
  authority: async () => "authority",
  certificates: async () => "certificates",
};

const OPEN = "SET GLOBAL super_read_only = OFF; SET sql_log_bin = 0";
const CLOSE = "SET GLOBAL super_read_only = @@global.read_only";

describe("a read-only server that is open to administrators for a moment", () => {
  let server: FakeMysql;
  let unlocked: string;
  let told: string[];
  beforeEach(async () => {
    server = await FakeMysql.start();
    unlocked = join(dirname(server.socketPath), "unlocked");
    told = [];
    server.hears = (statement) => told.push(`${statement}${existsSync(unlocked) ? "" : " (without the mark)"}`);
  });
  afterEach(() => server.stop());
  /** The server, as an agent reaches it that has just started. */
  const own = () => new OwnMysql({ socket: server.socketPath, unlocked }, SECRETS);
  const work = () => own().unlogged((session) => session.run("DO 1", 5));

  it("has its mark before it opens, and until it is closed again", async () => {
    await work();
    assert.deepEqual(told, [OPEN, "DO 1", CLOSE]);
    assert.equal(existsSync(unlocked), false);
  });

  it("is closed again although the work fails", async () => {
    server.refuses = /DO 1/;
    await assert.rejects(work(), /refused/);
    assert.deepEqual(told, [OPEN, "DO 1", CLOSE]);
  });

  it("is closed by a later agent if that failed", async () => {
    server.refuses = /@@global.read_only/;
    await work();
    await assert.rejects(own().lockAgain(), /refused/);
    assert.equal(existsSync(unlocked), true);
    server.refuses = undefined;
    told = [];
    await own().lockAgain();
    await own().lockAgain();
    assert.deepEqual(told, [CLOSE], "and once only");
  });
});
