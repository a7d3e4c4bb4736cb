import type { Config } from "../config/schema.ts";
import type { ShownPlan, ShownServer } from "./monitoringPlan.ts";
import type { Parts } from "./monitoringTargets.ts";
import { metricsPath } from "./watchers.ts";

/** Collects what boards show of the stack: the parts that are watched, in the order in which requests pass. */
export function planShown(config: Config, parts: Parts): ShownPlan {
  const { loadBalancers, web, applications, routers, cluster } = parts;
  const backends = loadBalancers[0]?.backends ?? [];
  const own = (server: string): ShownServer => ({
    name: server,
    parts: [
      ...web.filter((one) => one.server === server).map(({ name }) => ({ tier: "web", instance: name }) as const),
      ...(metricsPath(config) === undefined ? [] : applications)
        .filter((one) => one.server === server)
        .map(({ name }) => ({ tier: "application", instance: name }) as const),
      ...routers
        .filter((one) => one.server === server)
        .map(({ name }) => ({ tier: "router", instance: name }) as const),
      ...cluster.databases
        .filter((one) => one.server === server)
        .map(({ name, role }) => ({ tier: "database", instance: name, isArbiter: role === "arbiter" }) as const),
    ],
  });
  const servers = config.servers.map(({ name }) => name);
  // An arbiter is on no server of the configuration, or on a machine of its own.
  const others = cluster.databases.map(({ server }) => server).filter((server) => !servers.includes(server));
  return {
    project: config.project,
    stack: config.stack,
    servers: [
      ...loadBalancers.map(({ name }) => ({ name, parts: [{ tier: "load-balancer", instance: name } as const] })),
      ...[...servers, ...others].map(own),
    ],
    ways: web.map(({ name }) => ({
      web: name,
      backends: backends.filter(({ address }) => address === name).map((backend) => backend.name),
    })),
    waysInUse: backends.filter(({ traffic }) => traffic === "ready").length,
    areWaysServers: backends.every(({ servers: those }) => those.length === 1),
  };
}
