import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { type Covers, countOf, type Holdings, type Member, parseHoldings } from "../../operations/database/members.ts";
import { placesOf, type Report } from "../../operations/database/places.ts";
import { promote } from "../../operations/database/promote.ts";
import { planRecovery } from "../../operations/database/recovery.ts";
import { planTakeover } from "../../operations/database/takeover.ts";
import { planTopology } from "../../topology/topology.ts";

const { cluster } = planTopology(parseConfig("foobar", "dev", { "foobar:mysql": '{"replication":"group"}' }));

const REPORT: Report = {
  writes: false,
  appointed: "mysql-server1.replication",
  epoch: 1,
  source: undefined,
  follows: false,
  group: "NONE",
};
const HOLDINGS: Holdings = {
  transactions: "",
  unapplied: "",
  unappliedInGroup: "",
  broken: undefined,
  keepsConfirmed: true,
  lastReceived: undefined,
  waits: "wait",
};

/** A member of the plan; without changes one that does not answer. */
function member(server: string, changes?: Partial<Report & Holdings>, state = "replica"): Member {
  const plan = cluster.databases.find((database) => database.server === server);
  assert.ok(plan);
  const [report, holdings] = [changes && { ...REPORT, ...changes }, changes && { ...HOLDINGS, ...changes }];
  return { plan, state, report, holdings, problem: undefined };
}

/** Sets of transactions are numbers here. */
const covers: Covers = (one, other) =>
  Number(one.holdings?.transactions ?? 0) >= Number(other.holdings?.transactions ?? 0);
const diverged: Covers = (one, other) => one === other;
const async = { replication: "async", withoutReplica: undefined } as const;

describe("what a database says that it has", () => {
  it("is read from the client's row", () => {
    const row = ["u:1-7", "u:6-7", "-", "-", "1", "2026-11-21 10:00:00.000000"];
    assert.deepEqual(parseHoldings(row, "wait"), {
      ...HOLDINGS,
      transactions: "u:1-7",
      unapplied: "u:6-7",
      lastReceived: "2026-11-21 10:00:00.000000",
    });
    const other = parseHoldings(["u:1", "-", "u:8", "1062 Duplicate entry", "0", "0000-00-00 00:00:00"], undefined);
    assert.deepEqual(other, {
      transactions: "u:1",
      unapplied: "",
      unappliedInGroup: "u:8",
      broken: "1062 Duplicate entry",
      keepsConfirmed: false,
      lastReceived: undefined,
      waits: undefined,
    });
  });

  for (const [set, count] of [
    ["", 0],
    ["3e11fa47-71ca-11e1-9e33-c80aa9429562:7", 1],
    ["3e11fa47-71ca-11e1-9e33-c80aa9429562:1-3:5", 4],
    ["3e11fa47-71ca-11e1-9e33-c80aa9429562:1-3,4e11fa47-71ca-11e1-9e33-c80aa9429562:tag:10-19:21", 14],
  ] as const) {
    it(`is ${count} transactions where it is "${set}"`, () => assert.equal(countOf(set), count));
  }
});

describe("the databases' places", () => {
  const says = (name: string) => JSON.stringify({ ...REPORT, member: name, source: "-", follows: true });

  it("are judged by the first that answers, whatever their reports say", async () => {
    const asked: string[] = [];
    const places = await placesOf(cluster, async (name, statement) => {
      if (!statement.includes("JSON_TABLE")) {
        if (name === "mysql-server1") throw new Error("it does not run");
        return [[says(name)]];
      }
      asked.push(`${name} ${statement.includes(`{"member":"mysql-server1.replication"}`)}`);
      if (asked.length === 1) throw new Error("it is gone");
      return [["mysql-server1.replication", "does not answer"]];
    });
    assert.deepEqual(asked, ["mysql-arbiter true", "mysql-server2 true"]);
    assert.deepEqual(
      places.map(({ plan, problem, report }) => [plan.server, problem, report?.source, report?.follows]),
      [
        ["arbiter", undefined, undefined, true],
        ["server2", undefined, undefined, true],
        ["server1", "does not answer", undefined, undefined],
      ],
    );
  });

  it("are nobody's where nobody answers", async () => {
    const places = await placesOf(cluster, () => Promise.reject(new Error("it does not run")));
    assert.deepEqual(new Set(places.map(({ problem }) => problem)), new Set(["does not answer"]));
  });
});

describe("a takeover", () => {
  const lost = member("server1");

  it("ends those that do not answer, and says what async loses: what the replica had not heard of", () => {
    const members = [lost, member("server2", { lastReceived: "10:00:00", unapplied: "u:5-7" })];
    const plan = planTakeover(async, members, "server2", covers);
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
      const of = mode === "async" ? async : ({ replication: "semisync", withoutReplica: mode } as const);
      const members = [lost, member("server2", changes), ...others];
      assert.match(planTakeover(of, members, "server2", covers).cost, expected);
    });
  }

  it("loses nothing where the last primary answers, and the replica has all that it has", () => {
    const members = [member("server1", { transactions: "7" }), member("server2", { transactions: "7" })];
    assert.match(planTakeover(async, members, "server2", covers).cost, /^nothing is lost: server1, the last primary/);
  });

  it("goes by the newest appointment that is known", () => {
    const newest = { epoch: 2, appointed: "mysql-arbiter.replication" };
    const members = [lost, member("server2"), member("arbiter", newest), member("server2", { transactions: "1" })];
    assert.match(planTakeover(async, members, "server2", () => true).cost, /^nothing is lost: arbiter/);
  });

  const refusals: [string, Parameters<typeof planTakeover>, RegExp][] = [
    [
      "of a group",
      [{ ...async, replication: "group" }, [lost, member("server2", {})], "server2", covers],
      /chooses its primary/,
    ],
    ["by nobody", [async, [lost, member("server2", {})], undefined, covers], /not said who.*\n.*server2/],
    ["by who does not answer", [async, [lost, member("server2", {})], "server1", covers], /server1 has no replica/],
    [
      "from a primary that is well",
      [async, [member("server1", { writes: true }), member("server2", {})], "server2", covers],
      /switchover loses nothing/,
    ],
    [
      "by a replica that another is ahead of",
      [
        async,
        [lost, member("server2", { transactions: "5" }), member("arbiter", { transactions: "6" })],
        "server2",
        covers,
      ],
      /arbiter has transactions that server2 has not/,
    ],
    [
      "by a replica that cannot apply what it has received",
      [async, [lost, member("server2", { unapplied: "u:5-7", broken: "1062 Duplicate" })], "server2", covers],
      /3 transactions that it cannot apply, .* lost: 1062 Duplicate/,
    ],
    [
      "by one that has received in a group what it can apply in a group only",
      [async, [lost, member("server2", { unappliedInGroup: "u:5" })], "server2", covers],
      /1 transaction in a group/,
    ],
  ];
  for (const [name, args, reason] of refusals) {
    it(`is refused ${name}`, () => assert.throws(() => planTakeover(...args), reason));
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
  const steps = ["end mysql-server1", "end mysql-arbiter", "takeover.sh mysql-server2", "start mysql-server1"];

  it("does so when those that could write have ended; the engine's come back afterwards", async () => {
    assert.deepEqual(await done(async () => ""), { log: steps, error: undefined });
  });

  it("and cannot leaves nobody down that it has ended", async () => {
    const error = "nothing was applied for 60 s";
    assert.deepEqual(await done(() => Promise.reject(new Error(error))), { log: steps, error });
  });
});

describe("a recovery", () => {
  const group = { replication: "group" } as const;

  it("begins a group with all that those have who answer, and promises nothing of the silent", () => {
    const members = [
      member("arbiter", { transactions: "7", unappliedInGroup: "u:1-5" }),
      member("server1", { transactions: "7", unappliedInGroup: "u:2-3" }),
      member("server2"),
    ];
    const recovery = planRecovery(group, members, undefined, covers);
    assert.equal(recovery.kind, "begin-group");
    assert.deepEqual(recovery.without, [members[2]]);
    assert.match(
      recovery.cost,
      /everything that arbiter, server1 have, of which 5 received transactions are applied first/,
    );
    assert.match(recovery.cost, /What only server2 has is lost; that may be some of what was acknowledged/);
  });

  it("says that nothing is lost only where every member answers", () => {
    const members = ["arbiter", "server1", "server2"].map((server) => member(server, { transactions: "7" }));
    const recovery = planRecovery(group, members, undefined, covers);
    assert.ok(recovery.kind === "begin-group");
    assert.match(recovery.cost, /^the group begins again .*\. Every member answers: nothing is lost\.$/);
  });

  it("sets aside the data of a database that was refused", () => {
    const members = [member("server1", { writes: true }), member("server2", {}, "refused: it has more")];
    assert.equal(planRecovery(async, members, "server2", covers).kind, "set-aside");
  });

  const refusals: [string, Parameters<typeof planRecovery>, RegExp][] = [
    [
      "of a group that is there",
      [group, [member("server1", { group: "ONLINE" }), member("server2")], undefined, covers],
      /is in the group/,
    ],
    [
      "of a group that has no whole member",
      [group, [member("server1", {}), member("server2", {})], undefined, diverged],
      /each have transactions/,
    ],
    ["where nobody answers", [group, [member("server1"), member("server2")], undefined, covers], /no database answers/],
    ["of a group where there is none", [async, [member("server1", {})], undefined, covers], /takeover/],
    ["of a database that is well", [async, [member("server1", {})], "server1", covers], /nothing to recover/],
  ];
  for (const [name, args, reason] of refusals) {
    it(`is refused ${name}`, () => assert.throws(() => planRecovery(...args), reason));
  }
});
