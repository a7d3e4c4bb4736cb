import { areSeveral } from "../config/endpoints.ts";
import { serversWith } from "../config/routes.ts";
import type { Config } from "../config/schema.ts";
import type { ClusterPlan, RouterPlan } from "./databasePlan.ts";
import { attachments } from "./links.ts";
import { serverNetwork } from "./networks.ts";
import { ROUTER_PORTS } from "./ports.ts";
import { routerOpenFiles, SIZES } from "./sizes.ts";

/**
 * The domain of the routers' addresses. TLS passes through a router unchanged, so a database's certificate is valid for
 * *.database.internal, which includes future routers. The domain has two labels, because clients accept no *.internal.
 */
export const ROUTER_DOMAIN = "database.internal";

/** One router on each server that runs the application, so that access to the databases depends on no other server. */
export function planRouters(config: Config, { databases }: ClusterPlan): RouterPlan[] {
  const targets = databases
    .filter(({ role }) => role !== "arbiter")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, port }) => ({ name, address: name, port }));
  const maxConnections = Math.max(...databases.map(({ sizing }) => sizing.maxConnections));
  return serversWith(config.servers, "app").map(({ name: server }) => {
    const name = `router-${server}`;
    const address = `${name}.${ROUTER_DOMAIN}`;
    return {
      name,
      host: server,
      server,
      image: config.images.router,
      attachments: [...attachments(address, serverNetwork("router", server)), ...attachments(name, "data")],
      ...SIZES.router,
      openFiles: routerOpenFiles(maxConnections, targets.length),
      address,
      ports: ROUTER_PORTS,
      targets,
      isSeveral: areSeveral(config.hosts),
      maxLagSeconds: config.mysql.maxLagSeconds,
      maxConnections,
      watchedFrom: config.monitoring.enabled ? config.networks.data : undefined,
    };
  });
}
