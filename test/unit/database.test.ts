import assert from "node:assert/strict";
import { parseConfig } from "../../config.ts";
import { isInPlace, type Member, type MemberAnswer, parseAnswer } from "../../database/members.ts";
import { planRecovery } from "../../database/recovery.ts";
import { planTakeover } from "../../database/takeover.ts";
import { planTopology } from "../../topology.ts";

const { cluster } = planTopology(parseConfig("foobar", "dev", { "foobar:mysql": '{"replication":"group"}' }));

const ANSWER: MemberAnswer = {
  writes: false,
  appointed: "mysql-server1.replication",
  epoch: 1,
  source: undefined,
  follows: false,
  group: "NONE",
  transactions: "",
  lastReceived: undefined,
};

/** A member of the plan; without changes one that does not answer. */
function member(server: string, changes?: Partial<MemberAnswer>, state = "replica"): Member {
  const plan = cluster.databases.find((database) => database.server === server);
  assert.ok(plan);
  return { plan, state, answer: changes && { ...ANSWER, ...changes } };
}

/** Sets of transactions are numbers here. */
const covers = (one: Member, other: Member) =>
  Number(one.answer?.transactions ?? 0) >= Number(other.answer?.transactions ?? 0);
const diverged = (one: Member, other: Member) => one === other;
const async = { replication: "async", withoutReplica: undefined } as const;

describe("what a database says of itself", () => {
  it("is read from the client's row", () => {
    const row = [
      "0",
      "mysql-server1.replication\\t3",
      "mysql-server1.replication",
      "1",
      "NONE",
      "u:1-5",
      "2026-11-21 10:00:00.000000",
    ];
    assert.deepEqual(parseAnswer(row), {
      ...ANSWER,
      epoch: 3,
      source: "mysql-server1.replication",
      follows: true,
      transactions: "u:1-5",
      lastReceived: "2026-11-21 10:00:00.000000",
    });
  });

  it("tells whether it is in its place: in a group online, else writing or following", () => {
    const group = { replication: "group" } as const;
    assert.equal(isInPlace(member("server1", { group: "ONLINE" }), group), true);
    assert.equal(isInPlace(member("server1", { group: "RECOVERING" }), group), false);
    assert.equal(isInPlace(member("server1", { writes: true }), async), true);
    assert.equal(isInPlace(member("server1", { follows: true }), async), true);
    assert.equal(isInPlace(member("server1", {}), async), false);
    assert.equal(isInPlace(member("server1"), async), false);
  });
});

describe("a takeover", () => {
  const lost = member("server1");

  it("says what is lost: what the replica had not heard of", () => {
    const members = [lost, member("server2", { lastReceived: "10:00:00" })];
    const { target, lost: gone, cost } = planTakeover(async, members, "server2", covers);
    assert.equal(target.plan.server, "server2");
    assert.deepEqual(gone, [lost]);
    assert.match(cost, /what it committed after 10:00:00.* is lost/);
    const semisync = (withoutReplica: "wait" | "degrade") =>
      planTakeover({ replication: "semisync", withoutReplica }, members, "server2", covers).cost;
    assert.match(semisync("wait"), /nothing .* can be lost/);
    assert.match(semisync("degrade"), /if .* went on without its replica, what it committed after 10:00:00/);
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
  ];
  for (const [name, args, reason] of refusals) {
    it(`is refused ${name}`, () => assert.throws(() => planTakeover(...args), reason));
  }
});

describe("a recovery", () => {
  const group = { replication: "group" } as const;

  it("begins a group at a server that has everything, and says without whom", () => {
    const members = [
      member("arbiter", { transactions: "7" }),
      member("server1", { transactions: "7" }),
      member("server2"),
    ];
    const recovery = planRecovery(group, members, undefined, covers);
    assert.equal(recovery.kind, "begin-group");
    assert.equal(recovery.member.plan.server, "server1");
    assert.deepEqual(recovery.kind === "begin-group" && recovery.without, [members[2]]);
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
