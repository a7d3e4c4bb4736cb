import type { Topology } from "../plan.ts";
import { type Promised, SECONDS } from "./seconds.ts";
import {
  type Alive,
  type Capability,
  openLoadBalancers,
  type Present,
  primaryOf,
  servingDatabases,
  usedWays,
  waysOf,
} from "./structure.ts";

/** A capability that is away for seconds, until something else does the work. */
export interface Disturbance extends Promised {
  readonly capabilities: readonly Capability[];
  /** The containers that do the work then; none: the same one again. */
  readonly by: readonly string[];
}

/** A loss: what was alive before, what still is, and who had which role before. */
export interface Loss {
  readonly topology: Topology;
  readonly before: Alive;
  readonly after: Alive;
  readonly present: Present;
  /** Whether what is lost has lost its address, too: it is more than a process, which is back soon. */
  readonly isForGood: boolean;
}

const ALL = ["pages", "reads", "writes"] as const;
const DATA = ["reads", "writes"] as const;

/** What a loss disturbs although it does not end it. */
export function disturbances(loss: Loss): Disturbance[] {
  return [...entry(loss), ...ways(loss), ...routers(loss), ...readers(loss), ...writers(loss)];
}

/** Whether a container is lost. */
export function lostIn({ before, after }: Loss): Alive {
  return (name) => before(name) && !after(name);
}

/** Load balancers that hold an address and are lost. A visitor reaches the one that takes it over. */
function entry(loss: Loss): Disturbance[] {
  const { topology, before, after } = loss;
  const isLost = lostIn(loss);
  const holders = holdersOf(topology, before);
  const by = openLoadBalancers(topology, after);
  return topology.loadBalancers
    .filter(({ name }) => holders.includes(name))
    .flatMap(({ name, pause, haproxy, keepalived, vrrp }): Disturbance[] => {
      if (![pause, haproxy, ...(keepalived === undefined ? [] : [keepalived])].some((one) => isLost(one.name)))
        return [];
      const others = by.filter((other) => other.name !== name);
      if (others.length > 0 && (vrrp !== undefined || isLost(pause.name))) {
        const promised = vrrp === undefined ? SECONDS.names : SECONDS.address;
        return [{ capabilities: ALL, ...promised, by: others.map((other) => other.haproxy.name) }];
      }
      return [{ capabilities: ALL, ...SECONDS.standIn, by: [pause.name] }];
    });
}

/**
 * The names of the load balancers that hold an address: each one its own in active-active, else the first. Without
 * addresses that move, visitors come to all.
 */
export function holdersOf(topology: Topology, alive: Alive): string[] {
  const open = openLoadBalancers(topology, alive);
  const addresses = topology.loadBalancers[0]?.vrrp?.instances.map(({ virtualAddress }) => virtualAddress);
  if (addresses === undefined) return open.map(({ name }) => name);
  const priority = (address: string, { vrrp }: (typeof open)[number]) =>
    vrrp?.instances.find(({ virtualAddress }) => virtualAddress === address)?.priority ?? 0;
  const holders = addresses.flatMap((address) => {
    const [first] = [...open].sort((a, b) => priority(address, b) - priority(address, a));
    return first === undefined ? [] : [first.name];
  });
  return [...new Set(holders)];
}

/**
 * Routes that were used and are lost while no other was used: the next one takes over. Where several are used, the
 * others go on, and HAProxy sends them what could not be sent.
 */
function ways({ topology, before, after }: Loss): Disturbance[] {
  const used = usedWays(topology, before).map(({ name }) => name);
  const next = usedWays(topology, after);
  if (next.length === 0 || next.some(({ name }) => used.includes(name))) return [];
  return [{ capabilities: ALL, ...SECONDS.way, by: next.map(({ web }) => web) }];
}

/** Routers whose application goes on without them. */
function routers(loss: Loss): Disturbance[] {
  const { topology, before, after } = loss;
  const isLost = lostIn(loss);
  const used = usedWays(topology, before);
  const orphaned = used.filter(
    ({ router, application, web }) => isLost(router) && after(application.name) && after(web),
  );
  if (orphaned.length === 0) return [];
  const others = waysOf(topology).filter(({ router, application }) => after(router) && after(application.name));
  const by = [...new Set(others.map(({ router }) => router))];
  return [{ capabilities: DATA, ...SECONDS.router, by }];
}

/** A database that served readers is lost, and another one serves them. Replicas serve them while there are some. */
function readers(loss: Loss): Disturbance[] {
  const { topology, before, after, present } = loss;
  const isLost = lostIn(loss);
  const serving = servingDatabases(topology).map(({ name }) => name);
  const alive = serving.filter((name) => before(name));
  const replicas = alive.filter((name) => name !== primaryOf(topology, before, present));
  const used = replicas.length > 0 ? replicas : alive;
  // The replica that is elected stops to serve readers as one.
  const isElected = topology.cluster.replication === "group" && isLost(primaryOf(topology, before, present));
  if (!isElected && !used.some(isLost)) return [];
  const by = serving.filter((name) => after(name));
  return by.length === 0 ? [] : [{ capabilities: ["reads"], ...SECONDS.reads, by }];
}

function writers(loss: Loss): Disturbance[] {
  const { topology, before, after, present, isForGood } = loss;
  const { replication, withoutReplica, databases } = topology.cluster;
  const isLost = lostIn(loss);
  const primary = primaryOf(topology, before, present);
  const serving = servingDatabases(topology).map(({ name }) => name);
  if (replication === "group") {
    if (!databases.some(({ name }) => isLost(name))) return [];
    if (isLost(primary)) {
      const promised = isForGood ? SECONDS.electionWithoutAddress : SECONDS.election;
      return [{ capabilities: ["writes"], ...promised, by: serving.filter((name) => after(name)) }];
    }
    const promised = isForGood ? SECONDS.regroupWithoutAddress : SECONDS.regroup;
    return [{ capabilities: ["writes"], ...promised, by: [primary] }];
  }
  const lastReplica = serving.some(isLost) && !serving.some((name) => name !== primary && after(name));
  if (replication !== "semisync" || withoutReplica === "wait" || !lastReplica || isLost(primary)) return [];
  return [{ capabilities: ["writes"], ...SECONDS.degrade, by: [primary] }];
}

/** The time until the engine has started a container of a tier again, for a process that was lost. */
export function restartOf(topology: Topology, name: string): Promised {
  const { loadBalancers, applications, processes, cluster, backups } = topology;
  const isIn = (plans: readonly { readonly name: string }[]) => plans.some((plan) => plan.name === name);
  if (isIn(loadBalancers.map(({ haproxy }) => haproxy))) return SECONDS.haproxyRestart;
  if (isIn(loadBalancers)) return SECONDS.pauseRestart;
  if (isIn([...applications, ...processes])) return SECONDS.applicationRestart;
  if (isIn(cluster.databases)) return SECONDS.databaseRestart;
  if (name === backups?.name || name === backups?.reader?.name) return SECONDS.backupRestart;
  return SECONDS.webRestart;
}
