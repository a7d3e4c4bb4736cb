import type { Schedule } from "./faults.ts";

/** Schedules in which a promise was broken that is kept since. */
export const KEPT: Readonly<Record<string, readonly Schedule[]>> = {
  "a slow opening overlaps a switchover": [
    {
      seed: 18272,
      mode: { replication: "semisync", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "running" },
      faults: [
        { kind: "switchover", node: 2, at: 27 },
        { kind: "cut-power", node: 0, rounds: 10, at: 27 },
        { kind: "cut-step", node: 0, what: "machine", after: 4, rounds: 3, at: 37 },
        { kind: "slow-agent", node: 0, rounds: 15, at: 38 },
      ],
    },
  ],
  "the target of a switchover diverges when the primary is closed": [
    {
      seed: 18616,
      mode: { replication: "async", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "running" },
      faults: [
        { kind: "switchover", node: 2, at: 3 },
        { kind: "cut-controller", after: 1, at: 4 },
        { kind: "errant", node: 2, at: 18 },
        { kind: "recover-server", node: 2, at: 20 },
        { kind: "cut-power", node: "primary", rounds: 30, at: 32 },
        { kind: "failover", node: 2, at: 35 },
      ],
    },
  ],
  "the controller ends while it opens the former primary again": [
    {
      seed: 6436,
      mode: { replication: "semisync", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "running" },
      faults: [
        { kind: "switchover", node: 2, at: 24 },
        { kind: "cut-step", node: "primary", what: "agent", after: 5, rounds: 2, at: 24 },
        { kind: "lose-disk", node: "primary", rounds: 6, at: 25 },
        { kind: "cut-step", node: 1, what: "machine", after: 1, rounds: 7, at: 25 },
        { kind: "switchover", node: 0, at: 39 },
        { kind: "cut-controller", after: 3, at: 39 },
      ],
    },
  ],
  "another primary is wanted after a switchover was interrupted": [
    {
      seed: 209541,
      mode: { replication: "semisync", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "running" },
      faults: [
        {
          kind: "partition",
          cuts: [
            [1, 0],
            [0, 1],
            [2, 0],
            [0, 2],
            [3, 0],
            [0, 3],
          ],
          rounds: 12,
          at: 23,
        },
        { kind: "kill-agent", node: "primary", rounds: 4, at: 26 },
        { kind: "switchover", node: 2, at: 28 },
        { kind: "cut-power", node: "primary", rounds: 18, at: 28 },
        { kind: "cut-controller", after: 4, at: 29 },
        { kind: "failover", node: 1, at: 30 },
        { kind: "switchover", node: 0, at: 41 },
        { kind: "cut-step", node: 1, what: "machine", after: 6, rounds: 5, at: 41 },
      ],
    },
  ],
  "two failovers do not know of each other, and the later primary is silent for a time": [
    {
      seed: 6057,
      mode: { replication: "semisync", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "running" },
      faults: [
        { kind: "cut-power", node: "primary", rounds: 24, at: 26 },
        { kind: "failover", node: 2, at: 28 },
        { kind: "cut-step", node: 2, what: "machine", after: 0, rounds: 6, at: 28 },
        { kind: "failover", node: 1, at: 29 },
        { kind: "freeze", node: "primary", rounds: 6, at: 40 },
      ],
    },
  ],
  "a group begins without a member, and then loses its only disk": [
    {
      seed: 102581,
      mode: { replication: "group", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "empty" },
      faults: [
        { kind: "slow-applier", node: 0, rounds: 3, at: 13 },
        { kind: "cut-power", node: "primary", rounds: 27, at: 15 },
        { kind: "cut-power", node: 0, rounds: 13, at: 16 },
        { kind: "slow-applier", node: 2, rounds: 4, at: 23 },
        { kind: "recover-group", at: 24 },
        { kind: "switchover", node: 2, at: 26 },
        { kind: "lose-disk", node: "primary", rounds: 6, at: 28 },
        { kind: "cut-step", node: 2, what: "agent", after: 4, rounds: 4, at: 30 },
        { kind: "switchover", node: 1, at: 32 },
        { kind: "cut-controller", after: 8, at: 34 },
      ],
    },
  ],
  "a primary has lost the data of its term, and another member tells it of that term": [
    {
      seed: 400062,
      mode: { replication: "semisync", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "empty" },
      faults: [
        { kind: "failover", node: 2, at: 15 },
        { kind: "cut-power", node: 0, rounds: 12, at: 15 },
        { kind: "cut-power", node: 1, rounds: 22, at: 20 },
        { kind: "lose-disk", node: "primary", rounds: 6, at: 21 },
        { kind: "freeze", node: "primary", rounds: 22, at: 39 },
      ],
    },
  ],
  "a failover goes to a closed primary, which still waits for the acknowledgement of a lost replica": [
    {
      seed: 404762,
      mode: { replication: "semisync", withoutReplica: "wait", nodes: 2, hasArbiter: false, start: "running" },
      faults: [
        { kind: "switchover", node: 1, at: 18 },
        { kind: "lose-disk", node: "primary", rounds: 12, at: 22 },
        { kind: "failover", node: 0, at: 27 },
      ],
    },
  ],
  "the server of a primary starts again before it is noted that it was open": [
    {
      seed: 1088478,
      mode: { replication: "semisync", withoutReplica: "wait", nodes: 2, hasArbiter: false, start: "running" },
      faults: [
        { kind: "cut-power", node: "primary", rounds: 12, at: 38 },
        { kind: "failover", node: 1, at: 42 },
        { kind: "slow-agent", node: "primary", rounds: 10, at: 45 },
        { kind: "cut-step", node: "primary", what: "server", after: 0, rounds: 2, at: 45 },
      ],
    },
  ],
};
