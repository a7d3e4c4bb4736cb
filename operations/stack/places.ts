import type { InstancePlan } from "../../topology/instancePlan.ts";
import type { Topology } from "../../topology/plan.ts";
import { tiersOf } from "../../topology/tiers.ts";

/** The tiers by the names that people use for them. */
export const TIERS = [
  "pause",
  "haproxy",
  "keepalived",
  "web",
  "app",
  "probe",
  "process",
  "router",
  "mysql",
  "agent",
  "controller",
  "backup",
  "monitoring",
  "log-store",
] as const;
export type TierName = (typeof TIERS)[number];

/** A container of the stack, and where it is. */
export interface Place {
  /** The service, which is unique in the stack: web-server1. */
  readonly service: string;
  readonly tier: TierName;
  /** The load balancer or the server that it is a part of. "cluster", "backups", "monitoring" and "logs" stand for what is on none. */
  readonly server: string;
  /** The host that runs it. */
  readonly host: string;
  readonly plan: InstancePlan;
}

/** What belongs to no server of its own. */
export const CLUSTER = "cluster";
export const BACKUPS = "backups";
export const MONITORING = "monitoring";
export const LOGS = "logs";

/** Every container of the stack that runs, in the order in which requests pass: load balancers, then server by server. */
export function placesOf(topology: Topology): Place[] {
  const place = (tier: TierName, server: string, plan: InstancePlan): Place => ({
    ...{ service: plan.name, tier, server, plan },
    host: plan.host,
  });
  const { controller, databases } = topology.cluster;
  const balancers = topology.loadBalancers.flatMap(({ name, pause, haproxy, keepalived }) => [
    place("pause", name, pause),
    place("haproxy", name, haproxy),
    ...(keepalived === undefined ? [] : [place("keepalived", name, keepalived)]),
  ]);
  const applications = topology.applications.flatMap((plan) => [
    place("app", plan.server, plan),
    ...(plan.probe === undefined ? [] : [place("probe", plan.server, plan.probe)]),
  ]);
  const onServers = [
    ...topology.web.map((plan) => place("web", plan.server, plan)),
    ...applications,
    ...topology.processes.map((plan) => place("process", plan.server, plan)),
    ...topology.routers.map((plan) => place("router", plan.server, plan)),
    ...databases.flatMap((plan) => [place("mysql", plan.server, plan), place("agent", plan.server, plan.agent)]),
  ];
  // A group's arbiter is the first database in the plan, and the last one here: it serves nobody.
  const arbiters = databases.flatMap(({ role, server }) => (role === "arbiter" ? [server] : []));
  const servers = [...new Set(onServers.map(({ server }) => server))]
    .filter((server) => !arbiters.includes(server))
    .concat(arbiters);
  return [
    ...balancers,
    ...servers.flatMap((server) => onServers.filter((one) => one.server === server)),
    place("controller", CLUSTER, controller),
    ...tiersOf(topology).backups.map((plan) => place("backup", BACKUPS, plan)),
    ...tiersOf(topology).monitoring.map((plan) => place("monitoring", MONITORING, plan)),
    ...tiersOf(topology).logs.map((plan) => place("log-store", LOGS, plan)),
  ];
}
