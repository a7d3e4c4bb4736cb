import { NETWORKS } from "../config/choices.ts";
import type { Config } from "../config/schema.ts";
import { addressIn } from "../config/subnets.ts";
import type { NetworkPlan } from "./plan.ts";

export function planNetworks(config: Config): NetworkPlan[] {
  return NETWORKS.map((name) => ({
    name,
    engineName: `${config.project}-${config.stack}-${name}`,
    subnet: config.networks[name],
    setting: config.networkSettings[name] === undefined ? "range" : name,
    gateway: addressIn(config.networks[name], 1),
    internal: name !== "edge",
  }));
}
