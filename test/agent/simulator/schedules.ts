import type { Fault, Schedule, Target, What } from "./faults.ts";
import { Random } from "./random.ts";
import type { Mode } from "./world.ts";

/** The rounds in which faults come. */
const FIRST = 3;
const LAST = 44;

/** Makes a schedule of the seed. */
export function scheduleOf(seed: number, mode: Mode): Schedule {
  const random = new Random(seed);
  const faults: Fault[] = [];
  for (let left = random.between(1, 4); left > 0; left--) {
    const at = random.between(FIRST, LAST);
    for (const [offset, what] of story(random, mode)) faults.push({ ...what, at: Math.min(at + offset, LAST + 6) });
  }
  faults.sort((one, other) => one.at - other.at);
  return { seed, mode, faults };
}

/** A fault, and how many rounds after the beginning of the story it comes. */
type Part = readonly [offset: number, what: What];

/** Faults that belong together, or one alone. */
function story(random: Random, mode: Mode): Part[] {
  const anyone = () => random.below(mode.nodes);
  const someone = (): Target => (random.chance(0.4) ? "primary" : anyone());
  switch (random.below(13)) {
    case 0:
    case 1:
      return outage(random, mode);
    case 10:
      return random.chance(0.5) ? lostWithout(random, mode) : unapplied(random, mode);
    case 11:
      return brokenClone(random, mode);
    case 12:
      return maintenance(random, mode);
    case 2: {
      const rounds = random.between(3, 15);
      return [
        [0, partition(random, mode)],
        [random.between(0, 4), trouble(random, someone, anyone, rounds)],
      ];
    }
    case 3:
      return [
        [0, { kind: "switchover", node: anyone() }],
        [
          random.between(0, 3),
          random.chance(0.4) ? { kind: "cut-controller", after: random.below(9) } : cutStep(random, someone()),
        ],
      ];
    case 4: {
      const node = anyone();
      return [
        [0, { kind: "slow-applier", node, rounds: random.between(3, 12) }],
        [random.between(1, 6), trouble(random, someone, anyone, random.between(2, 15))],
      ];
    }
    case 5: {
      const node = anyone();
      return [
        [0, { kind: random.chance(0.5) ? "poison" : "errant", node }],
        [random.between(2, 12), random.chance(0.5) ? { kind: "recover-server", node } : cutStep(random, node)],
      ];
    }
    case 6:
      return [
        [0, { kind: "lose-disk", node: someone(), rounds: random.between(2, 8) }],
        [random.between(0, 4), random.chance(0.3) ? ABORTED : cutStep(random, anyone())],
      ];
    default:
      return [[0, trouble(random, someone, anyone, random.between(2, 15))]];
  }
}

/** A primary is lost, or all nodes are, and a person helps. */
function outage(random: Random, mode: Mode): Part[] {
  const node = random.below(mode.nodes);
  const rounds = random.between(12, 30);
  const parts: Part[] = [];
  if (random.chance(0.3)) parts.push([0, { kind: "slow-applier", node, rounds: random.between(3, 10) }]);
  // Another replica then follows the new primary with received transactions that it has not applied.
  const other = (node + 1) % mode.nodes;
  if (random.chance(0.3)) parts.push([0, { kind: "slow-applier", node: other, rounds: random.between(12, 25) }]);
  if (random.chance(0.3)) parts.push([1, { kind: "lose-ack", node, rounds: 3 }]);
  const lost: What = random.chance(0.2)
    ? { kind: "lose-disk", node: "primary", rounds }
    : { kind: random.chance(0.7) ? "cut-power" : "freeze", node: "primary", rounds };
  parts.push([2, lost]);
  if (random.chance(0.3)) parts.push([3, { kind: "crash", node, rounds: random.between(2, 6) }]);
  if (mode.replication === "group") {
    parts.push([3, { kind: "cut-power", node, rounds: random.between(4, 30) }]);
    parts.push([random.between(8, 12), { kind: "recover-group" }]);
  } else {
    parts.push([random.between(4, 9), { kind: "failover", node }]);
    if (random.chance(0.3)) parts.push([random.between(4, 12), cutStep(random, node)]);
  }
  return parts;
}

/** The primary loses its data while one replica is behind, and the one that has everything is away. */
function lostWithout(random: Random, mode: Mode): Part[] {
  const behind = random.below(mode.nodes);
  const ahead = (behind + 1) % mode.nodes;
  return [
    [0, { kind: "cut-power", node: behind, rounds: random.between(8, 12) }],
    [random.between(3, 5), { kind: "cut-power", node: ahead, rounds: random.between(14, 25) }],
    [6, { kind: "lose-disk", node: "primary", rounds: random.between(2, 6) }],
  ];
}

/** The primary loses its data while a replica has received more than it has applied. */
function unapplied(random: Random, mode: Mode): Part[] {
  return [
    [0, { kind: "slow-applier", node: random.below(mode.nodes), rounds: random.between(12, 20) }],
    [random.between(2, 5), { kind: "lose-disk", node: "primary", rounds: random.between(2, 4) }],
  ];
}

/** The primary, as a donor, ends the next clone in its middle. */
const ABORTED: What = { kind: "abort-clone", node: "primary", rounds: 30 };

/** A replica that cannot apply is cloned over, and the clone ends in its middle. */
function brokenClone(random: Random, mode: Mode): Part[] {
  const node = random.below(mode.nodes);
  return [
    [0, { kind: "poison", node }],
    [1, random.chance(0.3) ? ABORTED : { ...cutStep(random, node), of: "clone", after: random.below(5) }],
  ];
}

/** A person closes the primary for a time, and the controller starts again meanwhile. */
function maintenance(random: Random, mode: Mode): Part[] {
  const parts: Part[] = [
    [0, { kind: "close", node: "primary", rounds: random.between(6, 20) }],
    [random.between(1, 5), { kind: "restart-controller" }],
  ];
  if (random.chance(0.3)) parts.push([random.between(0, 8), { kind: "switchover", node: random.below(mode.nodes) }]);
  return parts;
}

function cutStep(random: Random, node: Target): Extract<What, { kind: "cut-step" }> {
  const what = random.one(["machine", "machine", "server", "agent"] as const);
  return { kind: "cut-step", node, what, after: random.below(7), rounds: random.between(2, 8) };
}

function trouble(random: Random, someone: () => Target, anyone: () => number, rounds: number): What {
  switch (random.below(13)) {
    case 0:
      return { kind: "crash", node: someone(), rounds: random.between(2, 4) };
    case 1:
      return { kind: "stop", node: someone(), rounds: random.between(2, 8) };
    case 2:
      return { kind: "kill-agent", node: someone(), rounds: random.between(1, 8) };
    case 3:
    case 4:
      return { kind: "cut-power", node: someone(), rounds };
    case 5:
      return { kind: "freeze", node: someone(), rounds };
    case 6:
    case 7:
      return cutStep(random, someone());
    case 8:
      return { kind: "restart-all", rounds: random.between(2, 6) };
    case 9: {
      const asker = anyone();
      return { kind: "answers", asker, peer: anyone(), age: random.below(5), rounds };
    }
    case 10:
      return { kind: "slow-agent", node: someone(), rounds };
    case 11:
      return { kind: "lose-ack", node: anyone(), rounds: random.between(1, 3) };
    default:
      return { kind: "switchover", node: anyone() };
  }
}

/** Cuts the nodes, or a part of them and the clients, off from the rest, perhaps in one direction only. */
function partition(random: Random, mode: Mode): What {
  const places = mode.nodes + 1;
  const isInside = Array.from({ length: places }, () => random.chance(0.4));
  const isOneWay = random.chance(0.25);
  const cuts: [number, number][] = [];
  for (let from = 0; from < places; from++) {
    for (let to = 0; to < places; to++) {
      if (isInside[from] && !isInside[to]) {
        cuts.push([from, to]);
        if (!isOneWay) cuts.push([to, from]);
      }
    }
  }
  return { kind: "partition", cuts, rounds: random.between(2, 20) };
}
