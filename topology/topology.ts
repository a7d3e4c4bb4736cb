import { ARBITER } from "../config/choices.ts";
import type { Config } from "../config/schema.ts";
import { planApplications } from "./applications.ts";
import { planBackups } from "./backups.ts";
import { planRouters } from "./databaseRouters.ts";
import { planCluster } from "./databases.ts";
import { planLoadBalancers } from "./loadBalancers.ts";
import { planNetworks } from "./networks.ts";
import { type LoadBalancerPlan, publishedUrl, type Topology } from "./plan.ts";
import { planWeb } from "./web.ts";

/** Plans the stack. A pure function: the same configuration gives the same plan. */
export function planTopology(config: Config): Topology {
  const { project, stack, application } = config;
  const cluster = planCluster(config);
  const routers = planRouters(config, cluster);
  const applications = planApplications(config, routers);
  const web = planWeb(config, applications);
  const loadBalancers = planLoadBalancers(config, web);
  return {
    project,
    stack,
    hosts: [
      ...loadBalancers.map(({ host }) => ({ name: host, endpoint: config.loadBalancer.endpoint })),
      ...config.servers.map(({ name, endpoint }) => ({ name, endpoint })),
      ...(cluster.databases.some(({ role }) => role === "arbiter")
        ? [{ name: ARBITER, endpoint: config.loadBalancer.endpoint }]
        : []),
    ],
    networks: planNetworks(config),
    subnets: config.networks,
    networkRange: config.networkSettings.range,
    loadBalancers,
    web,
    applications,
    routers,
    cluster,
    backups: planBackups(config, cluster),
    url: siteUrl(loadBalancers),
    files: { application: application.files, static: application.staticFiles, release: application.release },
    database: config.mysql.database,
    protectData: config.mysql.protect,
  };
}

function siteUrl(loadBalancers: readonly LoadBalancerPlan[]): string {
  const [first] = loadBalancers;
  const virtual = first?.vrrp?.instances[0]?.virtualAddress;
  if (virtual !== undefined) return `http://${virtual}`;
  const site = first?.published.find(({ serves }) => serves === "site");
  if (site === undefined) throw new Error("the plan publishes no site");
  return publishedUrl(site);
}
