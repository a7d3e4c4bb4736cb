import assert from "node:assert/strict";
import type { Report } from "../../operations/database/assessment.ts";
import { planFailover } from "../../operations/database/failover.ts";
import type { Holdings, Member } from "../../operations/database/members.ts";
import { promote } from "../../operations/database/promote.ts";
import { ASYNC, covers, member } from "../databaseMembers.ts";

describe("a failover", () => {
  const lost = member("server1");

  it("ends those that do not answer, and says what async loses: what the replica had not heard of", () => {
    const members = [lost, member("server2", { lastReceived: "10:00:00", unapplied: "u:5-7" })];
    const plan = planFailover(ASYNC, members, "server2", covers);
    assert.equal(plan.target.plan.server, "server2");
    assert.deepEqual(plan.lost, [lost]);
    assert.equal(plan.unapplied, 3);
    assert.match(plan.cost, /^what it committed after 10:00:00, .* is lost, as far as server1 is$/);
  });

  const costs: [string, "async" | "degrade" | "wait", Partial<Report & Holdings>, Member[], RegExp][] = [
    [
      "promises semisync that waits all that was acknowledged, when every replica has been asked",
      "wait",
      {},
      [],
      /^nothing that server1 acknowledged is lost/,
    ],
    [
      "promises nothing while a replica is silent, which may have confirmed more",
      "wait",
      {},
      [member("arbiter")],
      /^what server1 acknowledged may be lost: arbiter, which may have confirmed/,
    ],
    [
      "promises nothing where the replica has not heard that its primary waits",
      "wait",
      { waits: "degrade" },
      [],
      /may be lost: .* server1 did not always wait/,
    ],
    [
      "promises nothing while a replica answers half of what it is asked",
      "wait",
      {},
      [{ ...member("arbiter", {}), holdings: undefined }],
      /may be lost: arbiter, which may have confirmed/,
    ],
    [
      "promises nothing while a replica has no data yet, which may have had some",
      "wait",
      {},
      [member("arbiter", { data: "none" })],
      /may be lost: arbiter, which may have confirmed/,
    ],
    [
      "promises nothing while a replica has another's data, and not its own",
      "wait",
      {},
      [member("arbiter", { data: "another's" })],
      /may be lost: arbiter, which may have confirmed/,
    ],
    [
      "promises nothing while a replica has not heard of the newest term",
      "wait",
      { term: 2 },
      [member("arbiter", {})],
      /may be lost: arbiter, which may have confirmed/,
    ],
    [
      "promises nothing where the replica's own data was lost",
      "wait",
      { data: "another's" },
      [],
      /may be lost: server2 lost its own data/,
    ],
    [
      "promises nothing where the replica cannot apply, which may have cost what it had received",
      "wait",
      { broken: "1062 Duplicate" },
      [],
      /may be lost: server2 cannot apply, .*: 1062/,
    ],
    ["promises nothing where it has heard nothing of that", "wait", { waits: undefined }, [], /may be lost/],
    [
      "promises nothing where the replica may have forgotten what it confirmed",
      "wait",
      { keepsConfirmed: false },
      [],
      /may be lost: .*received and not applied/,
    ],
    [
      "says of semisync that degrades what is lost if it did",
      "degrade",
      { lastReceived: "10:00:00" },
      [],
      /^if server1 went on without its replica, what it committed after 10:00:00/,
    ],
    [
      "says of others that are silent that what only they have is lost",
      "async",
      {},
      [member("arbiter")],
      /; what only arbiter has received is lost, too$/,
    ],
  ];
  for (const [what, mode, changes, others, expected] of costs) {
    it(what, () => {
      const of = mode === "async" ? ASYNC : ({ replication: "semisync", withoutReplica: mode } as const);
      const members = [lost, member("server2", changes), ...others];
      assert.match(planFailover(of, members, "server2", covers).cost, expected);
    });
  }

  it("loses nothing where the last primary answers, and the replica has all that it has", () => {
    const members = [member("server1", { transactions: "7" }), member("server2", { transactions: "7" })];
    const plan = planFailover(ASYNC, members, "server2", covers);
    assert.match(plan.cost, /^nothing is lost: server1, the last primary/);
    assert.deepEqual(plan.lost, [members[0]], "it may be about to open");
  });

  it("is of no help to a last primary that lost its data, whatever it has now", () => {
    for (const data of ["none", "another's"] as const) {
      const members = [member("server1", { data }), member("server2", {}), member("arbiter", {})];
      assert.match(planFailover(ASYNC, members, "server2", covers).cost, /^all that it committed .* is lost/);
      const waits = { replication: "semisync", withoutReplica: "wait" } as const;
      assert.match(planFailover(waits, members, "server2", covers).cost, /^nothing that server1 acknowledged is lost/);
    }
  });

  it("by the last primary itself, which was closed or lost its data, ends nobody who is a replica", () => {
    const own = planFailover(ASYNC, [member("server1", {}), member("server2", {})], "server1", covers);
    assert.deepEqual([own.lost, own.cost], [[], "nothing is lost: server1 was the last primary itself"]);
    const other = planFailover(ASYNC, [member("server1", { data: "another's" }), member("server2")], "server1", covers);
    assert.match(other.cost, /^what server1 had before its own data was lost is lost.* what only server2 has received/);
  });

  it("goes by the newest term that is known", () => {
    const newest = { term: 2, promoted: "mysql-arbiter.replication" };
    const members = [lost, member("server2"), member("arbiter", newest), member("server2", { transactions: "1" })];
    assert.match(planFailover(ASYNC, members, "server2", () => true).cost, /^nothing is lost: arbiter/);
  });

  const refusals: [string, Parameters<typeof planFailover>, RegExp][] = [
    [
      "of a group",
      [{ ...ASYNC, replication: "group" }, [lost, member("server2", {})], "server2", covers],
      /chooses its primary/,
    ],
    ["by nobody", [ASYNC, [lost, member("server2", {})], undefined, covers], /no server is named.*\n.*server2/],
    ["by who does not answer", [ASYNC, [lost, member("server2", {})], "server1", covers], /server1 has no replica/],
    [
      "by one that has no data",
      [ASYNC, [lost, member("server2", { data: "none" })], "server2", covers],
      /server2 has no replica that answers/,
    ],
    [
      "from a primary that is well",
      [ASYNC, [member("server1", { writes: true }), member("server2", {})], "server2", covers],
      /switchover loses nothing/,
    ],
    [
      "by a replica that another is ahead of",
      [
        ASYNC,
        [lost, member("server2", { transactions: "5" }), member("arbiter", { transactions: "6" })],
        "server2",
        covers,
      ],
      /arbiter has transactions that server2 has not/,
    ],
    [
      "by a replica that cannot apply what it has received",
      [ASYNC, [lost, member("server2", { unapplied: "u:5-7", broken: "1062 Duplicate" })], "server2", covers],
      /3 transactions that it cannot apply, .* lost: 1062 Duplicate/,
    ],
    [
      "by one that has received in a group what it can apply in a group only",
      [ASYNC, [lost, member("server2", { unappliedInGroup: "u:5" })], "server2", covers],
      /1 transaction in a group/,
    ],
  ];
  for (const [name, args, reason] of refusals) {
    it(`is refused ${name}`, () => assert.throws(() => planFailover(...args), reason));
  }
});

describe("a replica that takes over", () => {
  /** What is done, in order. */
  async function done(script: () => Promise<string>): Promise<{ log: string[]; error: string | undefined }> {
    const log: string[] = [];
    const plan = {
      target: member("server2", {}),
      lost: [member("server1"), member("arbiter")],
      cost: "",
      unapplied: 0,
    };
    const error = await promote(plan, {
      nodes: {
        fence: async (name) => {
          log.push(`end ${name}`);
          return name === "mysql-server1";
        },
        start: async (name) => void log.push(`start ${name}`),
      },
      execute: (name, [, file]) => {
        log.push(`${file?.split("/").at(-1)} ${name}`);
        return script();
      },
      ask: async () => [],
      say: () => {},
    }).then(
      () => undefined,
      ({ message }: Error) => message,
    );
    return { log, error };
  }
  const steps = ["end mysql-server1", "end mysql-arbiter", "failover.sh mysql-server2", "start mysql-server1"];

  it("does so when those that could write have ended; the engine's come back afterwards", async () => {
    assert.deepEqual(await done(async () => ""), { log: steps, error: undefined });
  });

  it("and cannot leaves nobody down that it has ended", async () => {
    const error = "nothing was applied for 60 s";
    assert.deepEqual(await done(() => Promise.reject(new Error(error))), { log: steps, error });
  });
});
