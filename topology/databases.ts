import type { Config } from "../config.ts";
import type { DatabasePlan } from "../topology.ts";
import { MYSQL_PORT } from "./ports.ts";
import { serversWith } from "./servers.ts";

export function planDatabases(config: Config): DatabasePlan[] {
  const servers = serversWith(config.servers, "db");
  const primary = config.mysql.primary ?? servers[0]?.name;
  return servers
    .map((settings): DatabasePlan => {
      const { name: server } = settings;
      const name = `mysql-${server}`;
      return {
        name,
        host: server,
        server,
        role: server === primary ? "primary" : "replica",
        // By its place among all servers, so that it stays when another server's roles change.
        serverId: config.servers.indexOf(settings) + 1,
        port: MYSQL_PORT,
        source: server === primary ? undefined : replicationAlias(`mysql-${primary}`),
        image: config.images.mysql,
        attachments: [
          { network: "data", alias: name },
          { network: "replication", alias: replicationAlias(name) },
        ],
        memoryMb: 1024,
        cpus: "1.0",
        dataVolume: `${config.project}-${config.stack}-${name}`,
      };
    })
    .sort((a, b) => Number(b.role === "primary") - Number(a.role === "primary"));
}

/** A name of its own in that network, so that replication cannot take the way of the application's queries. */
function replicationAlias(name: string): string {
  return `${name}.replication`;
}
