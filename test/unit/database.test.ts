import assert from "node:assert/strict";
import { assess } from "../../operations/database/assessment.ts";
import { type Covers, countOf, parseHoldings, parseState } from "../../operations/database/members.ts";
import { planRecovery } from "../../operations/database/recovery.ts";
import { ASYNC, cluster, covers, HOLDINGS, member, REPORT } from "../databaseMembers.ts";

const diverged: Covers = (one, other) => one === other;

describe("the transactions of a database", () => {
  it("are read from the client's row", () => {
    const row = ["u:1-7", "u:6-7", "-", "-", "1", "2026-11-21 10:00:00.000000"];
    const { data: _, ...nothing } = HOLDINGS;
    assert.deepEqual(parseHoldings(row, "wait"), {
      ...nothing,
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

  it("and the origin of its data are read from the container's output", () => {
    assert.deepEqual(parseState("alone: a\nb\nanother's\n"), { state: "alone: a\nb", data: "another's" });
    assert.deepEqual(parseState("replica of db1\nown"), { state: "replica of db1", data: "own" });
    assert.deepEqual(parseState("does not run\nnone"), { state: "does not run", data: "none" });
  });

  for (const [set, count] of [
    ["", 0],
    ["3e11fa47-71ca-11e1-9e33-c80aa9429562:7", 1],
    ["3e11fa47-71ca-11e1-9e33-c80aa9429562:1-3:5", 4],
    ["3e11fa47-71ca-11e1-9e33-c80aa9429562:1-3,4e11fa47-71ca-11e1-9e33-c80aa9429562:tag:10-19:21", 14],
  ] as const) {
    it(`are ${count} in the set "${set}"`, () => assert.equal(countOf(set), count));
  }
});

describe("the assessment of the databases", () => {
  const says = (name: string) => JSON.stringify({ ...REPORT, member: name, source: "-", follows: true });

  it("comes from the first database that answers, whatever the reports say", async () => {
    const asked: string[] = [];
    const members = await assess(cluster, async (name, statement) => {
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
      members.map(({ plan, problem, report }) => [plan.server, problem, report?.source, report?.follows]),
      [
        ["arbiter", undefined, undefined, true],
        ["server2", undefined, undefined, true],
        ["server1", "does not answer", undefined, undefined],
      ],
    );
  });

  it("says of every database that it does not answer, where none does", async () => {
    const members = await assess(cluster, () => Promise.reject(new Error("it does not run")));
    assert.deepEqual(new Set(members.map(({ problem }) => problem)), new Set(["does not answer"]));
  });
});

describe("a recovery", () => {
  const group = { replication: "group" } as const;

  it("begins a group with all answering members, and promises nothing about the silent ones", () => {
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
    assert.match(recovery.cost, /Transactions that only server2 has are lost; some of the last acknowledged ones/);
  });

  it("says that nothing is lost only where every member answers", () => {
    const members = ["arbiter", "server1", "server2"].map((server) => member(server, { transactions: "7" }));
    const recovery = planRecovery(group, members, undefined, covers);
    assert.ok(recovery.kind === "begin-group");
    assert.match(recovery.cost, /^the group begins again .*\. Every member answers: nothing is lost\.$/);
  });

  it("sets aside the data of a database that has diverged", () => {
    const members = [member("server1", { writes: true }), member("server2", {}, "diverged: it has more")];
    assert.equal(planRecovery(ASYNC, members, "server2", covers).kind, "set-aside");
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
    ["if no member answers", [group, [member("server1"), member("server2")], undefined, covers], /no database answers/],
    ["of a group outside group replication", [ASYNC, [member("server1", {})], undefined, covers], /failover/],
    ["of a healthy database", [ASYNC, [member("server1", {})], "server1", covers], /nothing to recover/],
  ];
  for (const [name, args, reason] of refusals) {
    it(`is refused ${name}`, () => assert.throws(() => planRecovery(...args), reason));
  }
});
