import type { Stack } from "../../stack/stack.ts";
import type { Conditions } from "../drill.ts";
import { CHAINED_FAILURE } from "./chainedFailure.ts";
import type { DatabaseContext, DatabaseDrill } from "./drill.ts";
import type { Limit } from "./measure.ts";

/** Without writes when a group loses its primary: 5 s of silence are compiled into MySQL before it is missed. */
const FAILOVER_MS = 7_500;
/** Without writes when a primary hands over. */
const HAND_OVER_MS = 1_000;
/** Without writes while a group agrees to forget a member, or to take one. */
const REGROUP_MS = 4_000;
/** What does not answer for less is not missed by its group, and nothing happens. In seconds. */
const MISSED = 8;
/** The longest that a killed database may be away. */
const RESTART_MS = 20_000;
/** The longest from then on until it is in its place. */
const REJOIN_MS = 20_000;
/** Until the routers send readers elsewhere. */
const READERS_MS = 3_000;
/** A semisync primary that goes on without its replica waits so long for it. */
const DEGRADE_MS = 2_000;

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

/** Without another database, or a majority without one that is lost, nobody goes on. */
function needsOthers(stack: Stack): string | undefined {
  const { databases } = stack.topology.cluster;
  return isGroup(stack) && databases.length < 3
    ? "a group of two has no majority without one of them"
    : needsAnother(stack);
}

function needsGroup(stack: Stack): string | undefined {
  return isGroup(stack) ? needsOthers(stack) : "only a group chooses another primary by itself";
}

/** All but the primary, the arbiter among them. */
function others({ topology, primary }: DatabaseContext): string[] {
  return topology.cluster.databases.map(({ name }) => name).filter((name) => name !== primary);
}

function networkOf({ topology }: Stack): string {
  const network = topology.networks.find(({ name }) => name === "replication");
  if (network === undefined) throw new Error("the plan has no network of replication");
  return network.engineName;
}

/** How long a database is left alone, in seconds. */
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
  await containers.whileCutOff(service, networkOf(context), () => wait(seconds));
};

/** One after the other, something happens to each; the next meets a cluster that is whole. */
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

/** Without writes when a primary misses a member that is away for so long; with semisync, its only replica. */
function withoutReplicaMs({ topology: { cluster } }: Stack, awayMs: number): number {
  if (cluster.replication === "group") return REGROUP_MS;
  if (cluster.replication !== "semisync" || cluster.databases.length > 2) return HAND_OVER_MS;
  return cluster.withoutReplica === "wait" ? awayMs : DEGRADE_MS + HAND_OVER_MS;
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
    proves: "each replica, and a group's arbiter, may be killed: writers go on, but for semisync that waits for it",
    obstacle: needsOthers,
    limit: (stack) => ({ ...FREE, gapMs: withoutReplicaMs(stack, RESTART_MS) }),
    run: toOthers(kill),
  },
  {
    name: "database-pause-replicas",
    proves: "each replica, and a group's arbiter, may hang: writers go on, but for semisync that waits for it",
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
    obstacle: (stack) => (isGroup(stack) ? needsOthers(stack) : "outside a group it is as if the replica hung"),
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
