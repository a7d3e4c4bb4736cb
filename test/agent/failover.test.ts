import assert from "node:assert/strict";
import { promoted } from "../../agent/act/replicationSql.ts";
import { decideFailover, type FailoverMemory } from "../../agent/decide/failover.ts";
import { GtidSet } from "../../agent/gtidSet.ts";
import type { OwnServer } from "../../agent/observation.ts";
import { PRIMARY, REPLICA, TWO, transactions } from "./cluster.ts";

const STOPPED = { isReceiving: false } as const;
const ALONE = { isAlone: true } as const;
const LEFT = { ...STOPPED, unapplied: transactions(3) };

describe("a failover", () => {
  it("counts from the newest term that anybody has seen, and leaves one out that nobody saw", () => {
    const own = { ...REPLICA, ...STOPPED };
    assert.deepEqual(decideFailover(own, 4, ALONE, 100).step, { do: "promote", after: 5 });
    assert.deepEqual(decideFailover(own, 0, ALONE, 100).step, { do: "promote", after: 2 });
  });

  it("records its term without an acknowledgement, which nobody may be there to give, and then follows nobody", () => {
    const semisync = promoted(TWO, { replication: "semisync" }, 5);
    const order = [
      "super_read_only = ON",
      "source_enabled = OFF",
      "super_read_only = OFF",
      "MAX(epoch), 0), 5) + 1",
      "RESET REPLICA ALL",
    ];
    const places = order.map((text) => semisync.indexOf(text));
    assert.ok(
      places.every((place, index) => place > (places[index - 1] ?? -1)),
      semisync,
    );
    assert.doesNotMatch(promoted(TWO, { replication: "async" }, 5), /semi_sync/);
  });

  for (const [name, own, memory, step, reason] of [
    ["receives no more from the lost primary", {}, {}, "apply-alone", /take the place of mysql-server1/],
    ["receives no more although it only looks for the lost primary, which may come back", LEFT, {}, "apply-alone", /./],
    ["receives no more although something has begun that again", { isReceiving: true }, ALONE, "apply-alone", /./],
    ["applies what was received", { ...LEFT, isApplying: false }, ALONE, "apply-alone", /./],
    ["waits while that goes on", LEFT, { ...ALONE, left: { set: transactions(5), since: 10 } }, "wait", /left are/],
    [
      "waits as long as it may take a breath",
      LEFT,
      { ...ALONE, left: { set: transactions(3), since: 50 } },
      "wait",
      /left are/,
    ],
    [
      "gives up when nothing is applied any more",
      LEFT,
      { ...ALONE, left: { set: transactions(3), since: 39 } },
      "give-up",
      /nothing was applied for 60 s/,
    ],
    [
      "gives up if something cannot be applied",
      { ...LEFT, isApplying: false, cannotApply: "1062 Duplicate entry" },
      ALONE,
      "give-up",
      /cannot be applied: 1062 Duplicate entry/,
    ],
    ["promotes when everything is applied", STOPPED, ALONE, "promote", /is applied/],
    ["promotes a closed primary, which has no source", { ...PRIMARY, writes: false }, {}, "promote", /./],
    ["waits until the node opens", STOPPED, { promotedAt: 60 }, "wait", /about to open/],
    ["is done when it takes writes", PRIMARY, { promotedAt: 60 }, "done", /takes writes/],
    ["gives up if the node does not open", STOPPED, { promotedAt: 30 }, "give-up", /does not open/],
  ] as const satisfies readonly (readonly [string, Partial<OwnServer>, FailoverMemory, string, RegExp])[]) {
    it(name, () => {
      const decision = decideFailover({ ...REPLICA, unapplied: GtidSet.EMPTY, ...own }, 1, memory, 100);
      assert.equal(decision.step.do, step, decision.reason);
      assert.match(decision.reason, reason);
    });
  }
});
