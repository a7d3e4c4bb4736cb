import { AppTier } from "./components/appTier/appTier.ts";
import { SAMPLE_STATIC_FILES } from "./components/appTier/sampleApp.ts";
import { Authority } from "./components/certificates.ts";
import { DatabaseRouters } from "./components/databaseRouter/databaseRouter.ts";
import { errorFiles } from "./components/errorFiles.ts";
import { type Away, createHosts } from "./components/host.ts";
import { LoadBalancer } from "./components/loadBalancer/loadBalancer.ts";
import { siteCertificate } from "./components/loadBalancer/siteCertificate.ts";
import { LogStore } from "./components/logStore.ts";
import { Monitoring } from "./components/monitoring/monitoring.ts";
import { MysqlBackup } from "./components/mysqlBackup/mysqlBackup.ts";
import { MysqlCluster } from "./components/mysqlCluster/mysqlCluster.ts";
import { Networks } from "./components/networks.ts";
import { allAtOnce, oneByOne } from "./components/roll.ts";
import type { Service } from "./components/service.ts";
import { stateMark } from "./components/stateMark.ts";
import { StorageReader } from "./components/storageReader/storageReader.ts";
import { WebTier } from "./components/webTier/webTier.ts";
import { type RunTask, runTask } from "./engine/task.ts";
import { plannedGenerations } from "./topology/generations.ts";
import type { PublishedPort } from "./topology/instancePlan.ts";
import { BOARD_SETTING, localPorts } from "./topology/localPorts.ts";
import { publishedUrl, type Topology, urlOf } from "./topology/plan.ts";
import type { Tier } from "./topology/tiers.ts";

/** The role that the configuration gives a database. Its present role only MySQL knows. */
const ROLE = { first: "primary", other: "replica", arbiter: "arbiter" } as const;

/** The stack before the update. */
export interface Before {
  /** Whether containers of it run. */
  readonly isServing: boolean;
  /** The release for which the application's migration ran last. undefined: none has run. */
  readonly migrated?: string | undefined;
  /** Runs the migration's container to its end. Default: by the engine. */
  readonly runTask?: RunTask;
}

/**
 * Declares the resources of a plan, the innermost tier first.
 * @param present what the stack is before the update; while it serves, each service waits for the one before it to be
 *   healthy
 * @param away the machines that are left out of this update; default: none
 */
export function deploy(topology: Topology, { isServing, migrated, runTask: run = runTask }: Before, away?: Away) {
  const { project, stack, protectData, backups: backupPlan } = topology;
  // Retained volumes have the mark as a label, so the mark is kept as long as they may exist.
  const state = stateMark(stack, { protect: protectData || backupPlan !== undefined });
  const identity = { project, stack, state };
  const bare = createHosts(topology, away);
  const networks = new Networks("networks", { identity, plans: topology.networks, hosts: bare });
  const { logStore: plan } = topology;
  const logs = plan && new LogStore("logs", { identity, hosts: bare, networks, plan, protect: protectData });
  const hosts = logs?.before(bare) ?? bare;
  const common = { identity, hosts, networks, roll: isServing ? oneByOne : allAtOnce };

  const authority = new Authority("authority", {
    ...topology.authority,
    protect: protectData,
    commonName: `${project} ${stack}`,
  });
  const mysql = new MysqlCluster("mysql", {
    ...common,
    plan: topology.cluster,
    database: topology.database,
    authority,
    generations: topology.secrets,
    protect: protectData,
  });
  const backups = new MysqlBackup("backup", {
    ...common,
    plan: backupPlan,
    database: topology.database,
    generation: topology.secrets.backupKey,
    password: mysql.passwords.backup,
    authority,
    protect: protectData,
    after: mysql.services,
  });
  // Replicas may still be provisioning themselves: until they serve, reads go to the primary.
  const routers = new DatabaseRouters("routers", { ...common, plans: topology.routers, after: mysql.nodes });
  const app = new AppTier("app", {
    ...common,
    program: topology.application,
    plans: topology.applications,
    processes: topology.processes,
    migration: topology.migration,
    migrated,
    runTask: run,
    reach: topology.hosts,
    storageHosts: backupPlan?.reader === undefined ? [] : [backupPlan.reader.host],
    web: topology.web,
    protect: protectData,
    databasePassword: mysql.passwords.application,
    databaseAuthority: authority.trusted,
    needs: [...mysql.nodes.slice(-1), ...routers.services],
    // The controller is healthy when every database has the application's password.
    after: mysql.services,
  });
  const pages = errorFiles(topology.errorPages);
  const { exchange } = backups;
  const readers =
    backupPlan?.reader === undefined || exchange === undefined
      ? []
      : new StorageReader("reader", { ...common, plan: backupPlan.reader, exchange, storages: app.storages }).services;
  const web = new WebTier("web", {
    ...common,
    errorFiles: pages,
    plans: topology.web,
    authority,
    staticFiles: staticFiles(topology),
    after: app.services,
  });
  const loadBalancer = new LoadBalancer("load-balancer", {
    ...common,
    plans: topology.loadBalancers,
    errorFiles: pages,
    certificate: siteCertificate(topology.ownCertificate, topology.certified, authority),
    protect: protectData,
    generation: topology.secrets.statistics,
    authority,
    after: web.services,
  });
  const monitoring = new Monitoring("monitoring", {
    ...common,
    plan: topology.monitoring,
    authority,
    databasePassword: mysql.passwords.monitoring,
    statisticsPassword: loadBalancer.password,
    backupFigures: backups.figures,
    agentFigures: mysql.figures,
    protect: protectData,
    after: loadBalancer.services,
  });
  const tiers: Readonly<Record<Tier, { readonly services: readonly Service[] }>> = {
    loadBalancers: loadBalancer,
    web,
    applications: app,
    processes: { services: app.processes },
    routers,
    cluster: mysql,
    agents: { services: mysql.agents },
    backups: { services: [...backups.services, ...readers] },
    monitoring,
    logs: { services: logs === undefined ? [] : [logs.service] },
  };

  const published = (serves: PublishedPort["serves"]) =>
    topology.loadBalancers.flatMap(({ published, hostAddress }) =>
      published.filter((port) => port.serves === serves).map((port) => publishedUrl(port, hostAddress)),
    );
  return {
    url: topology.url,
    secureUrl: topology.secureUrl,
    state,
    generations: plannedGenerations(topology),
    caCertificate: authority.trusted,
    published: published("site"),
    statistics: published("statistics"),
    boards: boardUrls(topology),
    release: app.release,
    containers: Object.fromEntries(
      Object.values(tiers)
        .flatMap(({ services }) => services)
        .map(({ name, container }) => [name, container.name]),
    ),
    replication: topology.cluster.replication,
    databases: topology.cluster.databases.toReversed().map(({ server, role, name, port }) => ({
      server,
      role: ROLE[role],
      endpoint: `${name}:${port}`,
    })),
    mysqlRootPassword: mysql.passwords.root.value,
    mysqlApplicationPassword: mysql.passwords.application.value,
    mysqlMonitoringPassword: mysql.passwords.monitoring.value,
    statisticsPassword: loadBalancer.password.value,
  };
}

/** Each is an address of its own host. */
function boardUrls(topology: Topology): string[] {
  const ports = localPorts(topology).filter(({ path }) => path.at(-1) === BOARD_SETTING);
  return [...new Set(ports.map(({ address, port }) => urlOf("http", address, port)))];
}

/** The folder that Nginx serves; the sample application brings its own. */
function staticFiles({ staticFiles, application }: Topology): string | undefined {
  return staticFiles ?? (application.kind === "sample" ? SAMPLE_STATIC_FILES : undefined);
}
