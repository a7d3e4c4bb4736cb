import type { Config } from "../config.ts";
import type { ApplicationPlan, DatabasePlan } from "../topology.ts";
import { drainSeconds } from "./loadBalancers.ts";
import { attachments, serversWith, upstream } from "./servers.ts";

export function planApplications(config: Config, databases: readonly DatabasePlan[]): ApplicationPlan[] {
  const { command, port, readinessPath } = config.application;
  const primary = databases.filter(({ role }) => role === "primary");
  const replicas = databases.filter(({ role }) => role === "replica");
  const [writeTo] = primary.map(upstream);
  if (writeTo === undefined) throw new Error("a checked configuration has a primary");
  // One list for all: a list for each would grow with the square of the servers.
  const readFrom = (replicas.length > 0 ? replicas : primary).map(upstream);
  return serversWith(config.servers, "app").map(({ name: server }) => {
    const name = `app-${server}`;
    return {
      name,
      host: server,
      server,
      image: config.images.application,
      attachments: attachments(name, "app", "data"),
      memoryMb: 256,
      cpus: "1.0",
      port,
      drainSeconds: drainSeconds(config.loadBalancer.health),
      readinessPath,
      command,
      database: config.mysql.database,
      writeTo,
      readFrom,
    };
  });
}
