import { isSameEndpoint } from "../config/endpoints.ts";
import type { Path } from "../config/problems.ts";
import type { Topology } from "./plan.ts";

/** A machine of the stack: a Docker engine with the hosts that are on it. */
export interface MachinePlan {
  readonly endpoint: string;
  readonly certPath: string | undefined;
  /** The names of its hosts. */
  readonly hosts: readonly string[];
  /** The setting of its endpoint: its first host's. */
  readonly path: Path;
}

/** The machines, each once. */
export function machinesOf({ hosts }: Pick<Topology, "hosts">): MachinePlan[] {
  const machines: MachinePlan[] = [];
  for (const { name, endpoint, certPath, path } of hosts) {
    const known = machines.findIndex((one) => isSameEndpoint(one.endpoint, endpoint));
    const machine = machines[known];
    if (machine === undefined) machines.push({ endpoint, certPath, hosts: [name], path });
    else machines[known] = { ...machine, hosts: [...machine.hosts, name] };
  }
  return machines;
}

/**
 * The part of a stack on several machines that is on one of them, with the networks between them. The controller of the
 * databases is in every part's plan, and among the containers (`instances`) of its own host's part alone.
 */
export function partOn(topology: Topology, { hosts }: Pick<MachinePlan, "hosts">): Topology {
  if (!topology.isSeveral) return topology;
  const isHere = ({ host }: { readonly host: string }) => hosts.includes(host);
  const { loadBalancers, web, applications, processes, migration, routers, cluster, backups, monitoring, networks } =
    topology;
  return {
    ...topology,
    hosts: topology.hosts.filter(({ name }) => hosts.includes(name)),
    networks: networks.filter((network) => network.overlay !== undefined || isHere(network)),
    loadBalancers: loadBalancers.filter(isHere),
    web: web.filter(isHere),
    applications: applications.filter(isHere),
    processes: processes.filter(isHere),
    migration: migration !== undefined && isHere(migration) ? migration : undefined,
    routers: routers.filter(isHere),
    cluster: { ...cluster, databases: cluster.databases.filter(isHere) },
    backups: backups !== undefined && isHere(backups) ? backups : undefined,
    monitoring: monitoring && {
      ...monitoring,
      watchers: monitoring.watchers.filter(isHere),
      nodeExporters: monitoring.nodeExporters.filter(isHere),
    },
  };
}
