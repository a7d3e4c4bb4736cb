import type { Topology } from "../../topology/plan.ts";
import { type Answer, list } from "./answer.ts";

/** Why each element of the stack is there. */
export function elements(topology: Topology): Answer {
  return {
    question: "Why is each element there?",
    answer: [
      ...atTheEntry(topology),
      ...servers(topology),
      ...forDatabases(topology),
      ...watching(topology),
      ...keepingLines(topology),
      `Networks (${list([...new Set(topology.networks.map(({ part }) => part))])}): two tiers share one, so that a container reaches its neighbours on a request's path and no others.`,
    ],
  };
}

function names(plans: readonly { readonly name: string }[]): string {
  return list(plans.map(({ name }) => name));
}

function atTheEntry({ loadBalancers }: Topology): string[] {
  const several = loadBalancers.length > 1;
  return [
    `Load balancer${several ? "s" : ""} (${names(loadBalancers.map(({ haproxy }) => haproxy))}, HAProxy): one address for visitors; it ends HTTPS, spreads requests over the servers, asks them for their health, and leaves out those that fail.${several ? " Two of them, so that the loss of one is a matter of seconds." : ""}`,
    `${names(loadBalancers)}: ${several ? "each holds" : "it holds"} the addresses and the published ports, so that HAProxy is replaced without a lost connection, and serves in its place while it is missing.`,
    ...(loadBalancers.some(({ vrrp }) => vrrp !== undefined)
      ? ["keepalived: it moves the virtual address to the load balancer that is healthy."]
      : []),
  ];
}

function servers({ web, applications, processes, routers }: Topology): string[] {
  const probes = applications.flatMap(({ probe }) => (probe === undefined ? [] : [probe]));
  return [
    `Web servers (${names(web)}, Nginx): they serve static files, take slow visitors off the application's hands, bound what a request may cost, and say when their application is not there.`,
    `Applications (${names(applications)}): they answer what is not a file, each from its own copy of the application's files.`,
    ...(processes.length === 0
      ? []
      : [`Other processes of the application (${names(processes)}): work that no visitor waits for.`]),
    ...(probes.length === 0
      ? []
      : [`${names(probes)}: they ask the applications for their readiness, because their images may have no shell.`]),
    `Database routers (${names(routers)}, HAProxy): they lead writes to the primary and reads to replicas, so that the application need not know which is which. Each is beside its application, so that access to the data depends on no other server.`,
  ];
}

function forDatabases({ cluster, backups }: Topology): string[] {
  const arbiter = cluster.databases.find(({ role }) => role === "arbiter");
  const data = cluster.databases.filter(({ role }) => role !== "arbiter").sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    `Databases (${names(data)}, MySQL): they keep the data${data.length > 1 ? ", each a whole copy: one more than can be lost" : ""}.`,
    ...(arbiter === undefined
      ? []
      : [`Arbiter (${arbiter.name}): the odd vote, without which one lost member would cost the majority.`]),
    `Agents (${list(cluster.databases.map(({ agent }) => agent.name).sort())}): each gives its database its role and keeps it there: it provisions it, lets it follow the primary, opens and closes it, and keeps its accounts. Nothing stops without it, but a database that starts again waits for its agent.`,
    `Controller (${cluster.controller.name}): it makes the configured database the primary, after the replica has everything.`,
    backups === undefined
      ? "Backups: there are none (mysql.backup). A replica is no backup: it repeats a mistake in a moment."
      : `Backups (${names([backups, ...(backups.reader === undefined ? [] : [backups.reader])])}): a full one every ${backups.everyHours} h, and the binary log every ${backups.archiveSeconds} s, because a replica repeats a mistake in a moment.`,
  ];
}

function watching({ monitoring }: Topology): string[] {
  if (monitoring === undefined) return [];
  const { watchers, nodeExporters } = monitoring;
  const exporters = [
    ...watchers.flatMap((one) => [one.blackboxExporter, one.mysqlExporter, one.nginxExporter]),
    ...nodeExporters,
  ];
  const boards = watchers.flatMap(({ board }) => board ?? []);
  const grafanas = watchers.flatMap(({ grafana }) => grafana ?? []);
  return [
    `Prometheus (${names(watchers.map(({ prometheus }) => prometheus))}): it reads figures, keeps them, and finds what is wrong.`,
    `Alertmanager (${names(watchers.map(({ alertmanager }) => alertmanager))}): it tells people, once for each thing that is wrong.`,
    `Exporters (${names(exporters)}): they ask what has no figures of its own: the site from outside, the databases, Nginx, the machines.`,
    ...(boards.length === 0
      ? []
      : [`Board (${names(boards)}, Nginx): one page that shows how the stack is, by Prometheus's figures.`]),
    ...(grafanas.length === 0 ? [] : [`Grafana (${names(grafanas)}): dashboards of the same figures.`]),
  ];
}

function keepingLines({ logStore }: Topology): string[] {
  if (logStore === undefined) return [];
  return [
    `Log store (${logStore.name}, VictoriaLogs): it keeps the lines of all containers for ${logStore.retentionDays} days, and searches them. Without it lines are on the engine alone, and everything else goes on.`,
  ];
}
