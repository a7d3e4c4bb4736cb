import assert from "node:assert/strict";
import type { Controlled, SwitchStep } from "../../agent/controlled.ts";
import { controlledServer } from "../../agent/controller/look.ts";
import { carryOut } from "../../agent/controller/switching.ts";
import { ONE, TWO, term } from "./cluster.ts";

const ANSWER = {
  ...{ term: `3 ${ONE}`, configured: "-", writes: 1, closed: 0, sign: "", source: "-", receives: 0, applies: 0 },
  ...{ executed: "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-10", unapplied: "-", group: "NONE" },
};

/** Members that note what they are told, and answer questions by the beginning of their words. */
function stage(answers: Readonly<Record<string, unknown>> = {}) {
  const told: string[] = [];
  const answer = (member: string, statement: string) => {
    told.push(`${member}: ${statement.replaceAll("\n", " ")}`);
    const [, row] = Object.entries(answers).find(([word]) => statement.includes(word)) ?? [];
    if (row instanceof Error) throw row;
    return row === undefined ? [] : [row as Readonly<Record<string, unknown>>];
  };
  const members = {
    ask: async (member: string, statement: string) => answer(member, statement),
    within: <T>(member: string, work: (session: never) => Promise<T>) =>
      work({
        ask: async (statement: string) => answer(member, statement),
        run: async (statement: string) => void answer(member, statement),
        close: () => {},
      } as never),
  };
  const seen: Controlled = {
    ...{ replication: "semisync", wanted: TWO, isByHand: false, at: 1, closedAt: undefined, caughtUpAt: undefined },
    members: new Map([
      [ONE, controlledServer(ANSWER)],
      [TWO, controlledServer({ ...ANSWER, writes: 0, closed: 1, source: ONE, receives: 1, applies: 1 })],
    ]),
  };
  const tools = {
    members: members as never,
    secrets: { password: async () => "secret", authority: async () => "", certificates: async () => "" },
    settings: { replication: "semisync", withoutReplica: "wait" },
  } as const;
  return { told, carryOut: (step: SwitchStep) => carryOut(step, seen, tools) };
}

describe("the switchover controller", () => {
  it("reads what a member says of itself", () => {
    const { term: known, configured, writes, isClosed, source, unapplied, ...sign } = controlledServer(ANSWER);
    assert.deepEqual([known, configured, writes, isClosed, source], [term(3, ONE), undefined, true, false, undefined]);
    assert.deepEqual([sign.openedIn, sign.closingIn], [0, 0]);
    assert.ok(unapplied.isEmpty);
  });

  it("leaves the sign of a switchover before it closes a primary, and reads it again", async () => {
    const { told, carryOut } = stage();
    await carryOut({ do: "close", member: ONE, term: 3 });
    const [, sign] = /init_replica = '([^']*)'; SET GLOBAL super_read_only = ON$/.exec(told.at(-1) ?? "") ?? [];
    const closing = controlledServer({ ...ANSWER, sign });
    assert.deepEqual([closing.openedIn, closing.closingIn], [3, 3]);
    await carryOut({ do: "call-off", member: ONE, term: 3 });
    const [, opened] = /: SET GLOBAL init_replica = '([^']*)';$/.exec(told.at(-1) ?? "") ?? [];
    const open = controlledServer({ ...ANSWER, sign: opened });
    assert.deepEqual([open.openedIn, open.closingIn], [3, 0]);
  });

  it("makes a closed primary a replica before the new one records its term and opens", async () => {
    const { told, carryOut } = stage({ "AS isClosed": { isClosed: 1 } });
    await carryOut({ do: "promote", from: ONE, to: TWO, after: 3 });
    const find = (member: string, text: string) =>
      told.findIndex((one) => one.startsWith(member) && one.includes(text));
    const order = [
      find(ONE, "AS isClosed"),
      find(ONE, "CHANGE REPLICATION SOURCE"),
      find(TWO, "GREATEST(COALESCE(MAX(epoch), 0), 3) + 1"),
    ];
    assert.deepEqual(
      order,
      [...order].sort((one, other) => one - other),
    );
    assert.ok(
      order.every((place) => place >= 0),
      told.join("\n"),
    );
    assert.ok(find(ONE, "START REPLICA USER") > find(ONE, "CHANGE REPLICATION SOURCE"));
    assert.match(
      told[find(ONE, "START REPLICA USER")] ?? "",
      /START REPLICA.*super_read_only = ON.*source_enabled = OFF/,
    );
  });

  it("promotes nobody if somebody has opened the primary meanwhile", async () => {
    const { told, carryOut } = stage({ "AS isClosed": { isClosed: 0 } });
    await assert.rejects(carryOut({ do: "promote", from: ONE, to: TWO, after: 3 }), /opened .* meanwhile/);
    assert.ok(told.every((one) => !one.startsWith(TWO) && !one.includes("CHANGE REPLICATION SOURCE")));
  });

  it("waits until a replica has everything, and fails if that takes too long", async () => {
    const { carryOut } = stage({ WAIT_FOR_EXECUTED_GTID_SET: { late: 1 } });
    await assert.rejects(carryOut({ do: "catch-up", member: TWO, seconds: 10 }), /more than 10 s behind/);
    await stage({ WAIT_FOR_EXECUTED_GTID_SET: { late: 0 } }).carryOut({ do: "catch-up", member: TWO, seconds: 10 });
  });

  it("opens a primary again by one last statement, when its replication has ended", async () => {
    const { told, carryOut } = stage();
    await carryOut({ do: "reopen", member: ONE, term: 3 });
    assert.match(
      told.join("\n"),
      /RESET REPLICA ALL.*source_enabled = ON.*read_only = OFF;\s+SET GLOBAL init_replica = 'SET @opened_in_term = 3';$/,
    );
    assert.doesNotMatch(told.join("\n"), /super_read_only = OFF/);
  });
});
