import { areSeveral } from "../config/endpoints.ts";
import type { Config } from "../config/schema.ts";
import { planApplications, planMigration, planProcesses } from "./applications.ts";
import { planAuthority } from "./authority.ts";
import { planBackups } from "./backups.ts";
import { planRouters } from "./databaseRouters.ts";
import { planCluster } from "./databases.ts";
import { planHosts } from "./hosts.ts";
import { planLoadBalancers } from "./loadBalancers.ts";
import { planLogStore, planLogs } from "./logStore.ts";
import { planMonitoring } from "./monitoring.ts";
import { planNetworks } from "./networks.ts";
import type { Topology } from "./plan.ts";
import { planProgram } from "./program.ts";
import { certifiedFor, ownCertificate, siteUrls } from "./site.ts";
import { planWeb } from "./web.ts";

/** Plans the stack. A pure function: the same configuration gives the same plan. */
export function planTopology(config: Config): Topology {
  const { project, stack, application } = config;
  const cluster = planCluster(config);
  const routers = planRouters(config, cluster);
  const applications = planApplications(config, routers);
  const web = planWeb(config, applications);
  const loadBalancers = planLoadBalancers(config, web);
  const backups = planBackups(config, cluster);
  const logStore = planLogStore(config);
  return {
    project,
    stack,
    hosts: planHosts(config),
    isSeveral: areSeveral(config.hosts),
    networks: planNetworks(config),
    subnets: config.networks,
    networkRange: config.networkSettings.range,
    loadBalancers,
    web,
    applications,
    routers,
    cluster,
    backups,
    monitoring: planMonitoring(config, { loadBalancers, web, applications, routers, cluster, backups, logStore }),
    logs: planLogs(config),
    logStore,
    ...siteUrls(loadBalancers),
    ownCertificate: ownCertificate(config.loadBalancer),
    certified: certifiedFor(loadBalancers),
    authority: planAuthority(config),
    application: planProgram(config),
    processes: planProcesses(config, routers),
    migration: planMigration(config, routers),
    staticFiles: application.staticFiles,
    errorPages: config.web.errorPages,
    secrets: config.secrets,
    database: config.mysql.database,
    protectData: config.mysql.protect,
  };
}
