import assert from "node:assert/strict";
import type { Report } from "../../operations/database/assessment.ts";
import { planFailover } from "../../operations/database/failover.ts";
import type { Holdings, Member } from "../../operations/database/members.ts";
import { promote } from "../../operations/database/promote.ts";
import { planRecovery } from "../../operations/database/recovery.ts";
import { ASYNC, covers, member } from "../databaseMembers.ts";

describe("a failover", () => {
  const lost = member("server1");

  it("kills members that do not answer, and names the loss of async", () => {
    const members = [lost, member("server2", { lastReceived: "10:00:00", unapplied: "u:5-7" })];
    const plan = planFailover(ASYNC, members, "server2", covers);
    assert.equal(plan.target.plan.server, "server2");
    assert.deepEqual(plan.lost, [lost]);
    assert.equal(plan.unapplied, 3);
    assert.match(plan.cost, /^everything that server1 committed after 10:00:00, .* is lost if server1 is$/);
  });

  it("is named with its server where only one can become the primary", () => {
    const asked = (members: Member[]) => () => planFailover(ASYNC, members, undefined, covers);
    assert.throws(asked([lost, member("server2", {})]), /allowed: +npm run database -- failover server2$/);
    assert.throws(
      asked([lost, member("server2", {}), member("arbiter", {})]),
      /npm run database -- failover SERVER, one of: server2, arbiter$/,
    );
    assert.throws(asked([lost, member("server2", { data: "none" })]), /failover SERVER, one of: none answers$/);
    assert.throws(
      () => planRecovery(ASYNC, [lost, member("server2", {})], undefined, covers),
      /cure: +npm run database -- failover server2$/,
    );
  });

  const costs: [string, "async" | "degrade" | "wait", Partial<Report & Holdings>, Member[], RegExp][] = [
    [
      "promises all acknowledged transactions with semisync and `wait`, if every replica answers",
      "wait",
      {},
      [],
      /^nothing that server1 acknowledged is lost/,
    ],
    [
      "promises nothing while a replica is silent, because it may have confirmed more",
      "wait",
      {},
      [member("arbiter")],
      /^transactions that server1 acknowledged may be lost: arbiter may have confirmed/,
    ],
    [
      "promises nothing if the replica does not know that its primary waits",
      "wait",
      { waits: "degrade" },
      [],
      /may be lost: .* server1 did not always wait/,
    ],
    [
      "promises nothing while a replica answers only in part",
      "wait",
      {},
      [{ ...member("arbiter", {}), holdings: undefined }],
      /may be lost: arbiter may have confirmed/,
    ],
    [
      "promises nothing while a replica has no data yet, because it may have had some",
      "wait",
      {},
      [member("arbiter", { data: "none" })],
      /may be lost: arbiter may have confirmed/,
    ],
    [
      "promises nothing while a replica has another's data, and not its own",
      "wait",
      {},
      [member("arbiter", { data: "another's" })],
      /may be lost: arbiter may have confirmed/,
    ],
    [
      "promises nothing while a replica does not know the newest term",
      "wait",
      { term: 2 },
      [member("arbiter", {})],
      /may be lost: arbiter may have confirmed/,
    ],
    [
      "promises nothing if the replica's own data was lost",
      "wait",
      { data: "another's" },
      [],
      /may be lost: server2 lost its own data/,
    ],
    [
      "promises nothing if the replica cannot apply, because it may have lost received transactions",
      "wait",
      { broken: "1062 Duplicate" },
      [],
      /may be lost: server2 cannot apply, .*: 1062/,
    ],
    [
      "promises nothing if the replica does not know how its primary acknowledges",
      "wait",
      { waits: undefined },
      [],
      /may be lost/,
    ],
    [
      "promises nothing if the replica may have lost what it confirmed",
      "wait",
      { keepsConfirmed: false },
      [],
      /may be lost: .*received and not applied/,
    ],
    [
      "names the loss of semisync with `degrade` in case that it did",
      "degrade",
      { lastReceived: "10:00:00" },
      [],
      /^if server1 went on without its replica, everything that server1 committed after 10:00:00/,
    ],
    [
      "names the loss of everything that only silent members have",
      "async",
      {},
      [member("arbiter")],
      /; everything that only arbiter has received is lost, too$/,
    ],
  ];
  for (const [what, mode, changes, others, expected] of costs) {
    it(what, () => {
      const of = mode === "async" ? ASYNC : ({ replication: "semisync", withoutReplica: mode } as const);
      const members = [lost, member("server2", changes), ...others];
      assert.match(planFailover(of, members, "server2", covers).cost, expected);
    });
  }

  it("loses nothing if the last primary answers and the replica has everything that it has", () => {
    const members = [member("server1", { transactions: "7" }), member("server2", { transactions: "7" })];
    const plan = planFailover(ASYNC, members, "server2", covers);
    assert.match(plan.cost, /^nothing is lost: server1, the last primary/);
    assert.deepEqual(plan.lost, [members[0]], "it may be about to open");
  });

  it("promises nothing for a last primary that lost its data, whatever it has now", () => {
    for (const data of ["none", "another's"] as const) {
      const members = [member("server1", { data }), member("server2", {}), member("arbiter", {})];
      assert.match(
        planFailover(ASYNC, members, "server2", covers).cost,
        /^everything that server1 committed .* is lost/,
      );
      const waits = { replication: "semisync", withoutReplica: "wait" } as const;
      assert.match(planFailover(waits, members, "server2", covers).cost, /^nothing that server1 acknowledged is lost/);
    }
  });

  it("to the last primary itself, which was closed or lost its data, kills no replica", () => {
    const own = planFailover(ASYNC, [member("server1", {}), member("server2", {})], "server1", covers);
    assert.deepEqual([own.lost, own.cost], [[], "nothing is lost: server1 was the last primary itself"]);
    const other = planFailover(ASYNC, [member("server1", { data: "another's" }), member("server2")], "server1", covers);
    assert.match(
      other.cost,
      /^everything that server1 had before it lost its own data is lost.* everything that only server2 has/,
    );
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
    ["without a server", [ASYNC, [lost, member("server2", {})], undefined, covers], /no server is named.*\n.*server2/],
    [
      "to a server that does not answer",
      [ASYNC, [lost, member("server2", {})], "server1", covers],
      /server1 has no replica/,
    ],
    [
      "to a replica without data",
      [ASYNC, [lost, member("server2", { data: "none" })], "server2", covers],
      /server2 has no replica that answers/,
    ],
    [
      "from a healthy primary",
      [ASYNC, [member("server1", { writes: true }), member("server2", {})], "server2", covers],
      /switchover loses nothing/,
    ],
    [
      "to a replica that lacks transactions of another",
      [
        ASYNC,
        [lost, member("server2", { transactions: "5" }), member("arbiter", { transactions: "6" })],
        "server2",
        covers,
      ],
      /arbiter has transactions that server2 lacks/,
    ],
    [
      "to a replica that cannot apply its received transactions",
      [ASYNC, [lost, member("server2", { unapplied: "u:5-7", broken: "1062 Duplicate" })], "server2", covers],
      /3 transactions that it cannot apply and that a failover would lose: 1062 Duplicate/,
    ],
    [
      "to a replica with received transactions that only a group can apply",
      [ASYNC, [lost, member("server2", { unappliedInGroup: "u:5" })], "server2", covers],
      /1 transaction in a group/,
    ],
  ];
  for (const [name, args, reason] of refusals) {
    it(`is refused ${name}`, () => assert.throws(() => planFailover(...args), reason));
  }
});

describe("the promotion of a replica", () => {
  /** The actions, in order. */
  async function done(
    role: () => Promise<string>,
    hasAgent = true,
  ): Promise<{ log: string[]; error: string | undefined }> {
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
      execute: async (name, command) => {
        if (!hasAgent) throw new Error(`${name} does not run`);
        if (command[0] === "true") return "";
        log.push(`${command.at(-1)} ${name}`);
        return role();
      },
      ask: async () => [],
      say: () => {},
    }).then(
      () => undefined,
      ({ message }: Error) => message,
    );
    return { log, error };
  }
  const steps = ["end mysql-server1", "end mysql-arbiter", "failover agent-server2", "start mysql-server1"];

  it("follows the kill of all members that could write; those with a container start again afterwards", async () => {
    assert.deepEqual(await done(async () => ""), { log: steps, error: undefined });
  });

  it("kills no member if the replica's agent does not run", async () => {
    const { log, error } = await done(async () => "", false);
    assert.match(error ?? "", /its agent does not work: agent-server2 does not run\n +cure: +npm run up/);
    assert.deepEqual(log, []);
  });

  it("that fails leaves no member down", async () => {
    const error = "nothing was applied for 60 s";
    assert.deepEqual(await done(() => Promise.reject(new Error(error))), { log: steps, error });
  });
});
