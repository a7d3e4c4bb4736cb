import type { ApplicationPlan } from "../applicationPlan.ts";
import type { DatabasePlan } from "../databasePlan.ts";
import type { LoadBalancerPlan } from "../loadBalancerPlan.ts";
import type { Topology } from "../plan.ts";

/**
 * What a stack does for its users: it answers (pages), with data (reads), which it also stores (writes). It takes
 * backups if they are configured, and the application's other processes do their jobs if it has some.
 */
export const CAPABILITIES = ["pages", "reads", "writes", "backups", "jobs"] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Whether a container, by its name in the plan, works. */
export type Alive = (name: string) => boolean;

/** The roles in a running stack. What is left out is as the plan has it. */
export interface Present {
  /** The name of the database that takes writes. */
  readonly primary?: string | undefined;
}

/** A route of requests: HAProxy's way through a web server to an application and its database router. */
export interface Way {
  readonly name: string;
  readonly web: string;
  readonly application: ApplicationPlan;
  readonly router: string;
  /** Whether it gets requests only when the others are down. */
  readonly isSpare: boolean;
}

/** The routes that new visitors can take. Drained ones and those in maintenance are none. */
export function waysOf({ loadBalancers, web, applications, routers }: Topology): Way[] {
  return (loadBalancers[0]?.backends ?? []).flatMap(({ name, address, port, traffic, backup }) => {
    const listener = web.find((plan) => plan.name === address)?.listeners.find((one) => one.port === port);
    const application = applications.find(({ server }) => server === listener?.upstream.server);
    const router = routers.find(({ server }) => server === application?.readFrom.server);
    if (traffic !== "ready" || application === undefined || router === undefined) return [];
    return [{ name, web: address, application, router: router.name, isSpare: backup }];
  });
}

/** The routes on which a request can be answered. */
export function openWays(topology: Topology, alive: Alive): Way[] {
  return waysOf(topology).filter((way) => alive(way.web) && alive(way.application.name));
}

/** The routes that get requests: the spare one only while there is no other. */
export function usedWays(topology: Topology, alive: Alive): Way[] {
  const open = openWays(topology, alive);
  const first = open.filter(({ isSpare }) => !isSpare);
  return first.length > 0 ? first : open.slice(0, 1);
}

/**
 * The load balancers that visitors can reach, in the order in which they take an address. While HAProxy is away, the
 * pause container serves in its place. An address of a LAN needs keepalived.
 */
export function openLoadBalancers({ loadBalancers }: Topology, alive: Alive): LoadBalancerPlan[] {
  return loadBalancers.filter(
    ({ pause, keepalived }) => alive(pause.name) && (keepalived === undefined || alive(keepalived.name)),
  );
}

/** The databases that serve clients: all but a group's arbiter. */
export function servingDatabases({ cluster }: Topology): DatabasePlan[] {
  return cluster.databases.filter(({ role }) => role !== "arbiter");
}

/** The database that takes writes, or took them before it was lost. A group that lost its primary has another one. */
export function primaryOf(topology: Topology, alive: Alive, { primary }: Present): string {
  const serving = servingDatabases(topology);
  const named = primary ?? serving.find(({ role }) => role === "first")?.name ?? "";
  if (topology.cluster.replication !== "group" || alive(named)) return named;
  return serving.find(({ name }) => alive(name))?.name ?? named;
}

/** Whether a database takes writes. A group needs the majority of all its members. */
function takesWrites(topology: Topology, alive: Alive, present: Present): boolean {
  const { replication, withoutReplica, databases } = topology.cluster;
  const serving = servingDatabases(topology).filter(({ name }) => alive(name));
  if (replication === "group") {
    const members = databases.filter(({ name }) => alive(name));
    return serving.length > 0 && members.length * 2 > databases.length;
  }
  const primary = primaryOf(topology, alive, present);
  const waits = replication === "semisync" && withoutReplica === "wait" && servingDatabases(topology).length > 1;
  return alive(primary) && (!waits || serving.some(({ name }) => name !== primary));
}

/** Whether each of the application's other processes runs somewhere, beside a router to the databases. */
function doesJobs({ processes, routers }: Topology, alive: Alive): boolean {
  const works = (server: string) => routers.some((router) => router.server === server && alive(router.name));
  const names = new Set(processes.map(({ process }) => process));
  return [...names].every((process) =>
    processes.some((plan) => plan.process === process && alive(plan.name) && works(plan.readFrom.server)),
  );
}

function takesBackups({ backups, cluster }: Topology, alive: Alive): boolean {
  return (
    backups !== undefined &&
    alive(backups.name) &&
    (backups.reader === undefined || alive(backups.reader.name)) &&
    cluster.databases.some(({ name }) => alive(name))
  );
}

/**
 * The structure function: what a stack can do with the containers that are alive. A group's members that died one after
 * another count as if they had died at once; a group of five or more can then do more than this says.
 */
export function evaluate(topology: Topology, alive: Alive, present: Present = {}): Record<Capability, boolean> {
  const isReachable = openLoadBalancers(topology, alive).length > 0;
  const open = isReachable ? openWays(topology, alive) : [];
  const isRouted = open.some(({ router }) => alive(router));
  return {
    pages: open.length > 0,
    // Without a primary and a majority, old data is still read.
    reads: isRouted && servingDatabases(topology).some(({ name }) => alive(name)),
    writes: isRouted && takesWrites(topology, alive, present),
    backups: takesBackups(topology, alive),
    jobs: topology.processes.length > 0 && doesJobs(topology, alive),
  };
}
