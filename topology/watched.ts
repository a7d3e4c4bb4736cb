import type { Config } from "../config/schema.ts";
import type { Watched } from "./monitoringPlan.ts";
import type { Parts } from "./monitoringTargets.ts";
import { metricsPath } from "./watchers.ts";

/** Collects the figures of the stack that alerts are made of. */
export function planWatched(
  config: Config,
  { loadBalancers, web, applications, routers, cluster, backups, logStore }: Parts,
  counts: Pick<Watched, "watchers" | "machines">,
): Watched {
  const hasMetrics = metricsPath(config) !== undefined;
  const asked = [...web, ...(hasMetrics ? applications : []), ...routers, ...cluster.databases];
  const of = (server: string) => asked.filter((one) => one.server === server).length;
  const servers = config.servers.map(({ name }) => name);
  return {
    loadBalancers: loadBalancers.length,
    holders: holdersOf(loadBalancers),
    hasReserve: loadBalancers[0]?.backends.some(({ backup }) => backup) ?? false,
    wholeServers: servers.filter((name) => of(name) > 1),
    singleServers: servers.filter((name) => of(name) === 1),
    hasApplicationMetrics: hasMetrics,
    budget: config.monitoring.failuresIn10000 / 10_000,
    databases: cluster.databases.filter(({ role }) => role !== "arbiter").length,
    members: cluster.replication === "group" ? cluster.databases.length : undefined,
    maxLagSeconds: config.mysql.maxLagSeconds,
    backups: backups && { everyHours: backups.everyHours, archiveSeconds: backups.archiveSeconds },
    hasLogStore: logStore !== undefined,
    agents: cluster.databases.filter(({ agent }) => agent.isWatched).map(({ member }) => member),
    ...counts,
  };
}

/** On several machines watchers do not reach the moving addresses. */
function holdersOf(loadBalancers: Parts["loadBalancers"]): Watched["holders"] {
  const claims = loadBalancers.flatMap(({ name, vrrp }) =>
    vrrp === undefined || vrrp.isOnHost
      ? []
      : vrrp.instances.map(({ virtualAddress, priority }) => ({ address: virtualAddress, name, priority })),
  );
  const isFirst = (claim: (typeof claims)[number]) =>
    claims.every(({ address, priority }) => address !== claim.address || priority <= claim.priority);
  return claims.filter(isFirst).map(({ address, name }) => ({ address, loadBalancer: name }));
}
