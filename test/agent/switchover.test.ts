import assert from "node:assert/strict";
import type { Controlled, ControlledServer, SwitchStep } from "../../agent/controlled.ts";
import { decideSwitchover } from "../../agent/decide/switchover.ts";
import { GtidSet } from "../../agent/gtidSet.ts";
import { ONE, THREE, TWO, term, transactions } from "./cluster.ts";

const PRIMARY: ControlledServer = {
  ...{ term: term(1, ONE), configured: ONE, writes: true, isClosed: false, source: undefined },
  ...{ openedIn: 1, closingIn: 0 },
  ...{ isReceiving: false, isApplying: false, executed: transactions(10), unapplied: GtidSet.EMPTY, group: "NONE" },
};
/** Closed by a switchover, which has left its sign. */
const CLOSED = { ...PRIMARY, writes: false, isClosed: true, closingIn: 1 };
/** Closed by a person. */
const BY_HAND = { ...CLOSED, closingIn: 0 };
const REPLICA: ControlledServer = {
  ...{ ...CLOSED, openedIn: 0, closingIn: 0, source: ONE, isReceiving: true, isApplying: true },
};
const ONLINE = { ...CLOSED, group: "ONLINE" } as const;

interface Case {
  readonly members: Readonly<Record<string, ControlledServer>>;
  readonly more?: Partial<Controlled>;
  readonly step: SwitchStep;
  readonly reason: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  "leaves the configured primary": {
    members: { [ONE]: PRIMARY, [TWO]: REPLICA },
    more: { wanted: ONE },
    step: { do: "settled" },
    reason: /was promoted/,
  },
  "does not undo a failover": {
    members: { [TWO]: { ...PRIMARY, term: term(3, TWO), configured: ONE } },
    more: { wanted: ONE },
    step: { do: "settled" },
    reason: /was promoted/,
  },
  "records a primary that the configuration names since": {
    members: { [TWO]: { ...PRIMARY, term: term(3, TWO), configured: ONE } },
    step: { do: "record" },
    reason: /is the primary already/,
  },
  "waits where no member takes writes": {
    members: { [ONE]: { ...CLOSED, term: term(0, "") } },
    step: { do: "wait" },
    reason: /^no member takes writes$/,
  },
  "waits for a member that does not answer": {
    members: { [ONE]: PRIMARY, [THREE]: REPLICA },
    step: { do: "wait" },
    reason: /mysql-server2\S* does not answer/,
  },
  "lets the replica catch up first, while writes go on": {
    members: { [ONE]: PRIMARY, [TWO]: { ...REPLICA, executed: transactions(8) } },
    step: { do: "catch-up", member: TWO, seconds: 10 },
    reason: /lacks .*:9-10$/,
  },
  "closes under constant writes a primary whose replica had everything shortly before": {
    members: { [ONE]: PRIMARY, [TWO]: { ...REPLICA, executed: transactions(8) } },
    more: { caughtUpAt: 98 },
    step: { do: "close", member: ONE, term: 1 },
    reason: /has everything/,
  },
  "lets a replica catch up again that had everything long ago": {
    members: { [ONE]: PRIMARY, [TWO]: { ...REPLICA, executed: transactions(8) } },
    more: { caughtUpAt: 90 },
    step: { do: "catch-up", member: TWO, seconds: 10 },
    reason: /lacks .*:9-10$/,
  },
  "lets a replica get the last transactions of a primary that it has closed": {
    members: { [ONE]: CLOSED, [TWO]: { ...REPLICA, executed: transactions(8) } },
    more: { closedAt: 99, caughtUpAt: 98 },
    step: { do: "catch-up", member: TWO, seconds: 10 },
    reason: /lacks .*:9-10$/,
  },
  "closes the primary when the replica has everything so far": {
    members: { [ONE]: PRIMARY, [TWO]: REPLICA },
    step: { do: "close", member: ONE, term: 1 },
    reason: /has everything of mysql-server1/,
  },
  "waits for the last transactions of a closed primary": {
    members: { [ONE]: CLOSED, [TWO]: { ...REPLICA, executed: transactions(9) } },
    more: { closedAt: 95 },
    step: { do: "catch-up", member: TWO, seconds: 10 },
    reason: /lacks/,
  },
  "promotes when the replica has everything of the closed primary": {
    members: { [ONE]: CLOSED, [TWO]: REPLICA },
    more: { closedAt: 99 },
    step: { do: "promote", from: ONE, to: TWO, after: 1 },
    reason: /is closed/,
  },
  "carries out a switchover that was interrupted": {
    members: { [ONE]: CLOSED, [TWO]: REPLICA },
    step: { do: "promote", from: ONE, to: TWO, after: 1 },
    reason: /is closed/,
  },
  "opens the primary again if the replica does not get the last ones in time": {
    members: { [ONE]: CLOSED, [TWO]: { ...REPLICA, executed: transactions(9) } },
    more: { closedAt: 89 },
    step: { do: "reopen", member: ONE, term: 1 },
    reason: /goes on$/,
  },
  "opens it again although the replica has lost its connection": {
    members: { [ONE]: CLOSED, [TWO]: { ...REPLICA, executed: transactions(9), isReceiving: false } },
    more: { closedAt: 89 },
    step: { do: "reopen", member: ONE, term: 1 },
    reason: /goes on$/,
  },
  "opens it again although the replica is gone": {
    members: { [ONE]: CLOSED },
    more: { closedAt: 89 },
    step: { do: "reopen", member: ONE, term: 1 },
    reason: /goes on$/,
  },
  "opens it again although the replica has diverged": {
    members: { [ONE]: CLOSED, [TWO]: { ...REPLICA, isReceiving: false } },
    more: { closedAt: 89 },
    step: { do: "reopen", member: ONE, term: 1 },
    reason: /goes on$/,
  },
  "waits for the replica for a time before": {
    members: { [ONE]: CLOSED },
    more: { closedAt: 95 },
    step: { do: "wait" },
    reason: /mysql-server2\S* does not answer/,
  },
  "does not open a primary again whose source may have been promoted": {
    members: { [ONE]: { ...CLOSED, source: TWO } },
    more: { closedAt: 10 },
    step: { do: "wait" },
    reason: /not open for writes yet/,
  },
  "promotes although the former primary is a replica of the new one already": {
    members: { [ONE]: { ...CLOSED, source: TWO }, [TWO]: REPLICA },
    step: { do: "promote", from: ONE, to: TWO, after: 1 },
    reason: /is closed/,
  },
  "opens a primary again that is wanted after its switchover was interrupted": {
    members: { [ONE]: { ...CLOSED, source: TWO }, [TWO]: REPLICA },
    more: { wanted: ONE },
    step: { do: "reopen", member: ONE, term: 1 },
    reason: /which is to go on$/,
  },
  "opens a primary again that is wanted, and that a switchover has closed": {
    members: { [ONE]: CLOSED, [TWO]: REPLICA },
    more: { wanted: ONE },
    step: { do: "reopen", member: ONE, term: 1 },
    reason: /which is to go on$/,
  },
  "does not open a primary whose data lack the term in which it was promoted: it has lost them, and another one has more":
    {
      members: {
        [ONE]: { ...CLOSED, closingIn: 0, source: THREE },
        [TWO]: { ...REPLICA, term: term(3, ONE) },
        [THREE]: { ...REPLICA },
      },
      more: { wanted: ONE },
      step: { do: "wait" },
      reason: /does not take writes yet$/,
    },
  "leaves a primary closed that a person has closed": {
    members: { [ONE]: BY_HAND, [TWO]: REPLICA },
    more: { wanted: ONE },
    step: { do: "settled" },
    reason: /was promoted/,
  },
  "says that a person has closed a primary which the configuration does not name yet": {
    members: { [ONE]: { ...BY_HAND, configured: TWO }, [TWO]: REPLICA },
    more: { wanted: ONE },
    step: { do: "wait" },
    reason: /^mysql-server1\S* was closed by hand, and stays closed until it is opened by hand$/,
  },
  "does not take the sign of an earlier term for its own": {
    members: { [ONE]: { ...CLOSED, term: term(3, ONE) }, [TWO]: REPLICA },
    more: { wanted: ONE },
    step: { do: "settled" },
    reason: /was promoted/,
  },
  "does not open a primary that a person has closed, although another one is wanted and lacks something": {
    members: { [ONE]: BY_HAND, [TWO]: { ...REPLICA, executed: transactions(9), isReceiving: false } },
    more: { closedAt: 10 },
    step: { do: "wait" },
    reason: /closed by hand.*; mysql-server2\S* does not replicate from it without trouble$/,
  },
  "replaces a primary that a person has closed, since another one is wanted": {
    members: { [ONE]: BY_HAND, [TWO]: REPLICA },
    step: { do: "promote", from: ONE, to: TWO, after: 1 },
    reason: /is closed/,
  },
  "does not replace a primary that was not opened since its start: it may have lost data that another one has": {
    members: { [ONE]: { ...BY_HAND, openedIn: 0 }, [TWO]: REPLICA },
    step: { do: "wait" },
    reason: /not open for writes yet/,
  },
  "goes on with a switchover of an older version's controller, which leaves no sign": {
    members: { [ONE]: { ...CLOSED, source: TWO, closingIn: 0 }, [TWO]: REPLICA },
    step: { do: "promote", from: ONE, to: TWO, after: 1 },
    reason: /is closed/,
  },
  "removes the sign of a switchover that is wanted no more from an open primary": {
    members: { [ONE]: { ...PRIMARY, closingIn: 1 }, [TWO]: REPLICA },
    more: { wanted: ONE },
    step: { do: "call-off", member: ONE, term: 1 },
    reason: /which goes on$/,
  },
  "removes the sign of a switchover that cannot go on from an open primary": {
    members: { [ONE]: { ...PRIMARY, closingIn: 1 }, [TWO]: { ...REPLICA, isReceiving: false } },
    step: { do: "call-off", member: ONE, term: 1 },
    reason: /could not be closed in time/,
  },
  "closes a primary at the second try": {
    members: { [ONE]: { ...PRIMARY, closingIn: 1 }, [TWO]: REPLICA },
    step: { do: "close", member: ONE, term: 1 },
    reason: /has everything/,
  },
  "does not replace a primary whose agent may be about to open it": {
    members: { [ONE]: { ...CLOSED, isClosed: false }, [TWO]: REPLICA },
    step: { do: "wait" },
    reason: /not open for writes yet: it keeps its place/,
  },
  "does not promote a replica of another one": {
    members: { [ONE]: PRIMARY, [TWO]: { ...REPLICA, source: THREE } },
    step: { do: "wait" },
    reason: /does not replicate from mysql-server1/,
  },
  "does not promote a replica that does not receive": {
    members: { [ONE]: PRIMARY, [TWO]: { ...REPLICA, isReceiving: false } },
    step: { do: "wait" },
    reason: /without trouble/,
  },
  "asks a group for another primary": {
    members: { [ONE]: { ...PRIMARY, group: "ONLINE" }, [TWO]: ONLINE },
    more: { replication: "group" },
    step: { do: "elect", member: TWO },
    reason: /configured primary/,
  },
  "does not ask for one that is not online": {
    members: { [ONE]: { ...PRIMARY, group: "ONLINE" }, [TWO]: { ...ONLINE, group: "RECOVERING" } },
    more: { replication: "group" },
    step: { do: "wait" },
    reason: /not online in the group/,
  },
  "promotes whom a person names, although the configuration promoted it before": {
    members: { [TWO]: { ...PRIMARY, term: term(2, TWO) }, [ONE]: { ...REPLICA, source: TWO } },
    more: { wanted: ONE, isByHand: true },
    step: { do: "close", member: TWO, term: 2 },
    reason: /has everything/,
  },
  "has done what a person named when that one takes writes": {
    members: { [ONE]: PRIMARY },
    more: { wanted: ONE, isByHand: true },
    step: { do: "settled" },
    reason: /takes writes/,
  },
};

describe("the switchover controller", () => {
  for (const [name, { members, more, step, reason }] of Object.entries(CASES)) {
    it(name, () => {
      const decision = decideSwitchover({
        ...{ replication: "async", wanted: TWO, isByHand: false, at: 100, closedAt: undefined, caughtUpAt: undefined },
        ...more,
        members: new Map(Object.entries(members)),
      });
      assert.deepEqual(decision.step, step, decision.reason);
      assert.match(decision.reason, reason);
    });
  }
});
