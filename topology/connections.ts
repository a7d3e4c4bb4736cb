import type { Connection } from "./connection.ts";
import { monitoringConnections } from "./monitoringConnections.ts";
import type { Topology } from "./plan.ts";
import { PEERS_PORT } from "./ports.ts";

/**
 * All connections between containers that the plan needs. Networks and listeners are made so that no others are
 * possible; a test holds the running stack to this list.
 */
export function connections(topology: Topology): Connection[] {
  const { loadBalancers, web, applications, processes, migration, routers, cluster, backups } = topology;
  const databases = cluster.databases.map(({ name, port }) => ({ name, port }));
  return [
    ...loadBalancers.flatMap(({ name: from, backends }) =>
      web.map(({ name: to }) => ({
        from,
        to,
        ports: backends.filter(({ address }) => address === to).map(({ port }) => port),
        why: "requests and health checks",
      })),
    ),
    ...loadBalancers.flatMap(({ name: from }) =>
      loadBalancers
        .filter(({ name }) => name !== from)
        .map(({ name: to, published }) => ({
          from,
          to,
          ports: [...published.map(({ target }) => target), PEERS_PORT],
          why: "the table of clients; both serve the edge network",
        })),
    ),
    ...web.flatMap(({ name: from, listeners }) =>
      listeners.map(({ upstream }) => ({ from, to: upstream.address, ports: [upstream.port], why: "requests" })),
    ),
    ...applications.flatMap(({ name: to, port, probe }) =>
      probe === undefined ? [] : [{ from: probe.name, to, ports: [port], why: "checks of readiness" }],
    ),
    ...[...applications, ...processes, ...(migration === undefined ? [] : [migration])].map(
      ({ name: from, server, writeTo, readFrom }) => ({
        from,
        to: routers.find((router) => router.server === server)?.name ?? writeTo.address,
        ports: [writeTo.port, readFrom.port],
        why: "statements",
      }),
    ),
    ...routers.flatMap(({ name: from, targets }) =>
      targets.map(({ name: to, port }) => ({ from, to, ports: [port], why: "statements and checks of roles" })),
    ),
    ...databases.flatMap(({ name: from }) =>
      databases
        .filter(({ name }) => name !== from)
        .map(({ name: to, port }) => ({ from, to, ports: [port], why: "replication" })),
    ),
    // It asks its own by the socket, and nothing keeps it from this one.
    ...cluster.databases.flatMap(({ agent }) =>
      databases.map(({ name: to, port }) => ({ from: agent.name, to, ports: [port], why: "roles and data" })),
    ),
    ...databases.map(({ name: to, port }) => ({
      from: cluster.controller.name,
      to,
      ports: [port],
      why: "roles and switchovers",
    })),
    ...databases.flatMap(({ name: to, port }) =>
      backups === undefined ? [] : [{ from: backups.name, to, ports: [port], why: "backups" }],
    ),
    ...monitoringConnections(topology),
  ].filter(({ ports }) => ports.length > 0);
}
