import type { Schedule } from "./faults.ts";

/** Schedules in which a fault broke a promise that is mended since and can be put back, by the fault's name. */
export const REPLAYS = {
  "a third node that follows a former primary asks nobody who is primary": [
    {
      seed: 69,
      mode: { replication: "async", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "running" },
      faults: [{ kind: "switchover", node: 2, at: 41 }],
    },
  ],
  "a node that starts again forgets a term that only a silent one has": [
    {
      seed: 10626,
      mode: { replication: "async", withoutReplica: "degrade", nodes: 2, hasArbiter: false, start: "running" },
      faults: [
        { kind: "switchover", node: 1, at: 35 },
        { kind: "cut-step", node: "primary", what: "machine", after: 4, rounds: 8, at: 35 },
        { kind: "lose-disk", node: "primary", rounds: 4, at: 42 },
      ],
    },
  ],
  "a former primary does not see, when it starts again, that a switchover has replaced it": [
    {
      seed: 5720,
      mode: { replication: "async", withoutReplica: "degrade", nodes: 2, hasArbiter: false, start: "running" },
      faults: [
        { kind: "cut-step", node: "primary", what: "machine", after: 6, rounds: 7, at: 11 },
        { kind: "switchover", node: 1, at: 28 },
        { kind: "crash", node: "primary", rounds: 4, at: 38 },
      ],
    },
    {
      seed: 7424,
      mode: { replication: "semisync", withoutReplica: "wait", nodes: 3, hasArbiter: false, start: "running" },
      faults: [
        { kind: "switchover", node: 2, at: 29 },
        { kind: "cut-step", node: "primary", what: "machine", after: 1, rounds: 2, at: 29 },
        { kind: "cut-power", node: "primary", rounds: 18, at: 35 },
      ],
    },
    {
      seed: 8339,
      mode: { replication: "async", withoutReplica: "degrade", nodes: 2, hasArbiter: false, start: "running" },
      faults: [
        { kind: "switchover", node: 1, at: 14 },
        { kind: "cut-step", node: 0, what: "server", after: 1, rounds: 4, at: 14 },
        {
          kind: "partition",
          cuts: [
            [1, 0],
            [0, 1],
            [2, 0],
            [0, 2],
          ],
          rounds: 12,
          at: 20,
        },
      ],
    },
    {
      seed: 17649,
      mode: { replication: "async", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "empty" },
      faults: [
        { kind: "switchover", node: 2, at: 12 },
        { kind: "cut-step", node: "primary", what: "machine", after: 0, rounds: 8, at: 14 },
        {
          kind: "partition",
          cuts: [
            [2, 0],
            [2, 1],
            [2, 3],
          ],
          rounds: 19,
          at: 22,
        },
        {
          kind: "partition",
          cuts: [
            [1, 0],
            [0, 1],
            [1, 2],
            [2, 1],
            [1, 3],
            [3, 1],
          ],
          rounds: 10,
          at: 28,
        },
      ],
    },
  ],
  "two failovers begin terms of the same number, and nobody notices": [
    {
      seed: 9047,
      mode: { replication: "async", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "empty" },
      faults: [
        { kind: "switchover", node: 2, at: 23 },
        { kind: "freeze", node: "primary", rounds: 29, at: 28 },
        { kind: "failover", node: 1, at: 33 },
      ],
    },
  ],
  "a replaced primary does not close while its writers wait": [
    {
      seed: 1568,
      mode: { replication: "semisync", withoutReplica: "wait", nodes: 2, hasArbiter: false, start: "running" },
      faults: [
        { kind: "cut-power", node: "primary", rounds: 25, at: 17 },
        { kind: "failover", node: 1, at: 21 },
        {
          kind: "partition",
          cuts: [
            [0, 1],
            [2, 1],
          ],
          rounds: 10,
          at: 34,
        },
      ],
    },
  ],
  "a primary that a switchover has closed is never opened again": [
    {
      seed: 6607,
      mode: { replication: "semisync", withoutReplica: "wait", nodes: 2, hasArbiter: false, start: "running" },
      faults: [
        { kind: "switchover", node: 1, at: 26 },
        { kind: "slow-applier", node: 1, rounds: 10, at: 27 },
        { kind: "switchover", node: 0, at: 29 },
      ],
    },
  ],
  "the error of another source leads to a clone": [
    {
      seed: 299,
      mode: { replication: "semisync", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "running" },
      faults: [
        { kind: "lose-disk", node: "primary", rounds: 12, at: 36 },
        {
          kind: "partition",
          cuts: [
            [1, 0],
            [0, 1],
            [1, 2],
            [2, 1],
            [3, 0],
            [0, 3],
            [3, 2],
            [2, 3],
          ],
          rounds: 17,
          at: 39,
        },
        { kind: "failover", node: 2, at: 41 },
      ],
    },
  ],
  "a controller that starts again opens a primary that a person has closed": [
    {
      seed: 1,
      mode: { replication: "async", withoutReplica: "degrade", nodes: 2, hasArbiter: false, start: "running" },
      faults: [
        { kind: "close", node: "primary", rounds: 20, at: 10 },
        { kind: "restart-controller", at: 14 },
      ],
    },
  ],
  "a switchover leaves no sign that it has closed a primary": [
    {
      seed: 6607,
      mode: { replication: "semisync", withoutReplica: "wait", nodes: 2, hasArbiter: false, start: "running" },
      faults: [
        { kind: "switchover", node: 1, at: 26 },
        { kind: "slow-applier", node: 1, rounds: 10, at: 27 },
        { kind: "switchover", node: 0, at: 29 },
      ],
    },
  ],
  "a controller takes a primary that was not opened since its start for one that a person has closed": [
    {
      seed: 5946,
      mode: { replication: "semisync", withoutReplica: "wait", nodes: 2, hasArbiter: false, start: "running" },
      faults: [
        { kind: "slow-applier", node: 1, rounds: 19, at: 18 },
        { kind: "lose-disk", node: "primary", rounds: 3, at: 22 },
        { kind: "switchover", node: 1, at: 36 },
      ],
    },
  ],
  "a replica that has diverged goes on acknowledging to a replaced primary": [
    {
      seed: 3,
      mode: { replication: "semisync", withoutReplica: "wait", nodes: 3, hasArbiter: false, start: "running" },
      faults: [
        { kind: "freeze", node: "primary", rounds: 26, at: 13 },
        { kind: "failover", node: 1, at: 18 },
        { kind: "cut-step", node: 1, what: "server", after: 3, rounds: 6, at: 20 },
        { kind: "freeze", node: "primary", rounds: 16, at: 25 },
      ],
    },
  ],
  "a slow agent begins its group from what it saw before": [
    {
      seed: 200083,
      mode: { replication: "group", withoutReplica: "degrade", nodes: 3, hasArbiter: false, start: "running" },
      faults: [
        { kind: "restart-all", rounds: 5, at: 22 },
        { kind: "cut-power", node: "primary", rounds: 6, at: 29 },
        { kind: "slow-agent", node: 0, rounds: 10, at: 33 },
        { kind: "errant", node: 1, at: 39 },
      ],
    },
  ],
} as const satisfies Readonly<Record<string, readonly Schedule[]>>;
