import type { InstancePlan } from "./instancePlan.ts";
import type { Topology } from "./plan.ts";

/** The stack's containers that run, tier by tier: the only list of the tiers. */
export function tiersOf(topology: Topology) {
  return {
    loadBalancers: topology.loadBalancers.flatMap(({ pause, haproxy, keepalived }) => [
      pause,
      haproxy,
      ...(keepalived === undefined ? [] : [keepalived]),
    ]),
    web: topology.web,
    applications: topology.applications.flatMap((plan) => [plan, ...(plan.probe === undefined ? [] : [plan.probe])]),
    processes: topology.processes,
    routers: topology.routers,
    cluster: [...topology.cluster.databases, topology.cluster.controller],
    agents: topology.cluster.databases.map(({ agent }) => agent),
    backups:
      topology.backups === undefined
        ? []
        : [topology.backups, ...(topology.backups.reader === undefined ? [] : [topology.backups.reader])],
    monitoring: [
      ...(topology.monitoring?.watchers ?? []).flatMap(
        ({ prometheus, alertmanager, blackboxExporter, mysqlExporter, nginxExporter, board, grafana }) => [
          prometheus,
          alertmanager,
          blackboxExporter,
          mysqlExporter,
          nginxExporter,
          ...(board === undefined ? [] : [board]),
          ...(grafana === undefined ? [] : [grafana]),
        ],
      ),
      ...(topology.monitoring?.nodeExporters ?? []),
    ],
    logs: topology.logStore === undefined ? [] : [topology.logStore],
  } satisfies Readonly<Record<string, readonly InstancePlan[]>>;
}

/** A tier's name in the plan. */
export type Tier = keyof ReturnType<typeof tiersOf>;

/** Every container of the stack, or of a part of it on some hosts, that runs. */
export function instances(topology: Topology): readonly InstancePlan[] {
  const hosts = new Set(topology.hosts.map(({ name }) => name));
  return Object.values<readonly InstancePlan[]>(tiersOf(topology))
    .flat()
    .filter(({ host }) => hosts.has(host));
}
