import type { Config } from "../config.ts";
import type { ClusterPlan, RouterPlan } from "../topology.ts";
import { ROUTER_PORTS } from "./ports.ts";
import { attachments, serversWith } from "./servers.ts";

/** One on each server that runs the application, so that the way to the databases hangs on no other server. */
export function planRouters(config: Config, { databases }: ClusterPlan): RouterPlan[] {
  const targets = databases
    .filter(({ role }) => role !== "arbiter")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, port }) => ({ name, address: name, port }));
  const maxConnections = Math.max(...databases.map(({ sizing }) => sizing.maxConnections));
  return serversWith(config.servers, "app").map(({ name: server }) => ({
    name: `router-${server}`,
    host: server,
    server,
    image: config.images.router,
    attachments: attachments(`router-${server}`, "router", "data"),
    memoryMb: 64,
    cpus: "0.5",
    ports: ROUTER_PORTS,
    targets,
    maxLagSeconds: config.mysql.maxLagSeconds,
    maxConnections,
  }));
}
