import { NETWORKS, type NetworkName } from "../config/choices.ts";
import type { Config } from "../config/schema.ts";
import { addressIn } from "../config/subnets.ts";
import type { NetworkPlan } from "./plan.ts";

const PURPOSES: Readonly<Record<NetworkName, string>> = {
  edge: "clients to the load balancer; the only network with a way in",
  web: "the load balancer to Nginx",
  app: "Nginx to the application",
  data: "the database routers to MySQL",
  replication: "MySQL to MySQL",
  router: "the application to its database router",
};

export function planNetworks(config: Config): NetworkPlan[] {
  return NETWORKS.map((name) => ({
    name,
    engineName: `${config.project}-${config.stack}-${name}`,
    subnet: config.networks[name],
    setting: config.networkSettings[name] === undefined ? "range" : name,
    gateway: addressIn(config.networks[name], 1),
    internal: name !== "edge",
    purpose: PURPOSES[name],
  }));
}
