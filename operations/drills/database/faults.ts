import { networkOf } from "../../../topology/plan.ts";
import { SECONDS } from "../../../topology/survival/seconds.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Conditions } from "../drill.ts";
import { CHAINED_FAILURE } from "./chainedFailure.ts";
import type { DatabaseContext, DatabaseDrill } from "./drill.ts";
import type { Limit } from "./measure.ts";

/** Time without writes when a group loses its primary. MySQL suspects a member after 5 s of silence, a fixed value. */
const FAILOVER_MS = 7_500;
/** Time without writes when a primary hands over. */
const HAND_OVER_MS = 1_000;
/** Time without writes while a group expels or accepts a member. */
const REGROUP_MS = SECONDS.regroup.seconds * 1_000;
/** Seconds without an answer after which a group notices that a member is missing. */
const MISSED = 8;
/** The longest time that a killed database may need to answer again. */
const RESTART_MS = SECONDS.databaseRestart.seconds * 1_000;
/** The longest time from then until it is in its place. */
const REJOIN_MS = 20_000;
/** Time until the routers send readers to another database. */
const READERS_MS = SECONDS.reads.seconds * 1_000;
/** Time without writes until a semisync primary with `degrade` no longer waits for its replica. */
const DEGRADE_MS = SECONDS.degrade.seconds * 1_000;

const READ_FAILURES = 60;

const FREE: Limit = {
  lost: 0,
  duplicated: 0,
  gapMs: HAND_OVER_MS,
  redundantAfterMs: REJOIN_MS,
  failedReads: READ_FAILURES,
  readGapMs: READERS_MS,
};

const isGroup = ({ topology }: Stack) => topology.cluster.replication === "group";

function needsAnother({ topology: { cluster } }: Stack): string | undefined {
  const candidates = cluster.databases.filter(({ role }) => role !== "arbiter");
  return candidates.length < 2 ? "the stack has one database, and no other could be the primary" : undefined;
}

/** The obstacle to drills that need another database, or a majority after the loss of one. */
function needsOthers(stack: Stack): string | undefined {
  const { databases } = stack.topology.cluster;
  return isGroup(stack) && databases.length < 3
    ? "a group of two has no majority without one of them"
    : needsAnother(stack);
}

function needsGroup(stack: Stack): string | undefined {
  return isGroup(stack) ? needsOthers(stack) : "only a group chooses another primary by itself";
}

/** All members but the primary, including the arbiter. */
function others({ topology, primary }: DatabaseContext): string[] {
  return topology.cluster.databases.map(({ name }) => name).filter((name) => name !== primary);
}

function replicationNetwork({ topology }: Stack): string {
  return networkOf(topology, "replication").engineName;
}

/** Seconds for which a database is paused or cut off. */
function holdOf({ holdSeconds }: Conditions): number {
  return Math.max(holdSeconds, MISSED);
}

const hold = (conditions: Conditions) => holdOf(conditions) * 1_000;

type Act = (service: string, context: DatabaseContext) => Promise<void>;

const kill: Act = async (service, { containers, say }) => {
  say(`killing ${service}`);
  await containers.kill([service]);
};

const pause: Act = async (service, context) => {
  const { containers, wait, say } = context;
  const seconds = holdOf(context);
  say(`pausing ${service} for ${seconds} s`);
  await containers.whilePaused(service, () => wait(seconds));
};

const stop: Act = async (service, { containers, say }) => {
  say(`stopping ${service}, then starting it`);
  await containers.whileStopped(service, async () => {});
};

const partition: Act = async (service, context) => {
  const { containers, wait, say } = context;
  const seconds = holdOf(context);
  say(`cutting ${service} off from the others for ${seconds} s`);
  await containers.whileCutOff(service, replicationNetwork(context), () => wait(seconds));
};

/** Applies the fault to one target after the other. Each time, every member is in its place before. */
function toEach(targets: (context: DatabaseContext) => readonly string[], act: Act): DatabaseDrill["run"] {
  return async (context) => {
    let longest = 0;
    for (const service of targets(context)) {
      const began = performance.now();
      await act(service, context);
      await context.untilInPlace();
      longest = Math.max(longest, performance.now() - began);
      await context.containers.untilWell([service]);
    }
    return longest;
  };
}

const toPrimary = (act: Act) => toEach(({ primary }) => [primary], act);
const toOthers = (act: Act) => toEach(others, act);

/** Time without writes when a member is away for this time; with semisync, the member is the only replica. */
function withoutReplicaMs({ topology: { cluster } }: Stack, awayMs: number): number {
  if (cluster.replication === "group") return REGROUP_MS;
  if (cluster.replication !== "semisync" || cluster.databases.length > 2) return HAND_OVER_MS;
  return cluster.withoutReplica === "wait" ? awayMs : DEGRADE_MS;
}

export const FAULTS: readonly DatabaseDrill[] = [
  {
    name: "database-switchover",
    proves: "another primary is configured and taken back without a lost row, and writers hardly notice",
    obstacle: needsAnother,
    limit: () => FREE,
    async run(context) {
      const { config, databases, primary, release, topology, untilInPlace, wait } = context;
      const other = topology.cluster.databases.find(({ role }) => role === "other");
      if (other === undefined) throw new Error("no other database could be the primary");
      let isOver = false;
      const moved = async () => {
        while (!isOver && (await databases.primary().catch(() => undefined)) === primary) await wait(0.5);
        const began = performance.now();
        await untilInPlace();
        return performance.now() - began;
      };
      const [redundantAfterMs] = await Promise.all([
        moved(),
        release({ mysql: { ...config.mysql, primary: other.server } }).finally(() => {
          isOver = true;
        }),
      ]);
      await untilInPlace();
      return redundantAfterMs;
    },
  },
  {
    name: "database-kill-primary",
    proves: "when the primary is killed, no acknowledged row is lost; a group goes on with another, else it comes back",
    obstacle: (stack) => (isGroup(stack) ? needsOthers(stack) : undefined),
    limit: (stack) => ({ ...FREE, gapMs: isGroup(stack) ? FAILOVER_MS : RESTART_MS }),
    run: toPrimary(kill),
  },
  {
    name: "database-pause-primary",
    proves: "when the primary hangs, the group goes on with another, and takes it back when it answers again",
    obstacle: needsGroup,
    limit: (_, conditions) => ({ ...FREE, gapMs: FAILOVER_MS, redundantAfterMs: hold(conditions) + REJOIN_MS }),
    run: toPrimary(pause),
  },
  {
    name: "database-stop-primary",
    proves: "a primary that is stopped hands over first",
    obstacle: needsGroup,
    limit: () => FREE,
    run: toPrimary(stop),
  },
  {
    name: "database-partition-primary",
    proves: "a primary that is cut off takes no more writes; the others go on, and take it back",
    obstacle: needsGroup,
    limit: (_, conditions) => ({ ...FREE, gapMs: FAILOVER_MS, redundantAfterMs: hold(conditions) + REJOIN_MS }),
    run: toPrimary(partition),
  },
  {
    name: "database-kill-replicas",
    proves:
      "when a replica or a group's arbiter is killed, writers go on, except in semisync that waits for the replica",
    obstacle: needsOthers,
    limit: (stack) => ({ ...FREE, gapMs: withoutReplicaMs(stack, RESTART_MS) }),
    run: toOthers(kill),
  },
  {
    name: "database-pause-replicas",
    proves: "when a replica or a group's arbiter hangs, writers go on, except in semisync that waits for the replica",
    obstacle: needsOthers,
    limit: (stack, conditions) => ({
      ...FREE,
      gapMs: withoutReplicaMs(stack, hold(conditions) + REJOIN_MS),
      redundantAfterMs: hold(conditions) + REJOIN_MS,
    }),
    run: toOthers(pause),
  },
  {
    name: "database-partition-replicas",
    proves: "each other member may be cut off from the group, and writers go on",
    obstacle: (stack) =>
      isGroup(stack) ? needsOthers(stack) : "outside a group a partition has the effect of database-pause-replicas",
    limit: (_, conditions) => ({ ...FREE, gapMs: REGROUP_MS, redundantAfterMs: hold(conditions) + REJOIN_MS }),
    run: toOthers(partition),
  },
  {
    name: "database-kill-all",
    proves: "when all databases are killed at once, they come back by themselves with every acknowledged row",
    obstacle: () => undefined,
    limit: () => ({
      ...FREE,
      gapMs: 2 * RESTART_MS,
      redundantAfterMs: 2 * RESTART_MS + REJOIN_MS,
      failedReads: 1_000,
      readGapMs: 2 * RESTART_MS,
    }),
    async run({ topology, containers, say, untilInPlace }) {
      const services = topology.cluster.databases.map(({ name }) => name);
      say(`killing ${services.join(", ")}`);
      const began = performance.now();
      await containers.kill(services);
      await untilInPlace();
      const redundantAfterMs = performance.now() - began;
      await containers.untilWell(services);
      return redundantAfterMs;
    },
  },
  CHAINED_FAILURE,
];
