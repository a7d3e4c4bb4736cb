import assert from "node:assert/strict";
import { parseConfig } from "../config/config.ts";
import type { Report } from "../operations/database/assessment.ts";
import type { Covers, Holdings, Member } from "../operations/database/members.ts";
import { planTopology } from "../topology/topology.ts";

export const { cluster } = planTopology(parseConfig("foobar", "dev", { "foobar:mysql": '{"replication":"group"}' }));

export const REPORT: Report = {
  writes: false,
  promoted: "mysql-server1.replication",
  term: 1,
  source: undefined,
  follows: false,
  group: "NONE",
};
export const HOLDINGS: Holdings = {
  transactions: "",
  unapplied: "",
  unappliedInGroup: "",
  broken: undefined,
  keepsConfirmed: true,
  lastReceived: undefined,
  waits: "wait",
  data: "own",
};

/** A member of the plan. Without changes it gives no answer. */
export function member(server: string, changes?: Partial<Report & Holdings>, state = "replica"): Member {
  const plan = cluster.databases.find((database) => database.server === server);
  assert.ok(plan);
  const [report, holdings] = [changes && { ...REPORT, ...changes }, changes && { ...HOLDINGS, ...changes }];
  return { plan, state, report, holdings, problem: undefined };
}

/** Compares members whose sets of transactions are numbers in these tests. */
export const covers: Covers = (one, other) =>
  Number(one.holdings?.transactions ?? 0) >= Number(other.holdings?.transactions ?? 0);
export const ASYNC = { replication: "async", withoutReplica: undefined } as const;
