import { NETWORKS, type NetworkName, SERVER_NETWORKS, type ServerNetworkName } from "../config/choices.ts";
import type { Config } from "../config/schema.ts";
import { serverSubnets } from "../config/serverSubnets.ts";
import { addressIn } from "../config/subnets.ts";
import type { NetworkOwner, NetworkPlan } from "./plan.ts";

export function planNetworks(config: Config): NetworkPlan[] {
  return NETWORKS.flatMap((part) =>
    isOfServers(part)
      ? [...serverSubnets(part, config.networks[part], config.servers)].map(([server, subnet]) =>
          planNetwork(config, part, serverNetwork(part, server), subnet, ownerOf(config, server)),
        )
      : [planNetwork(config, part, part, config.networks[part])],
  );
}

/** The name of an application server's own network. */
export function serverNetwork(part: ServerNetworkName, server: string): string {
  return `${part}-${server}`;
}

function ownerOf({ servers }: Config, name: string): NetworkOwner {
  const index = servers.findIndex((server) => server.name === name);
  return { name, index, isPlaced: servers[index]?.subnetPart !== undefined };
}

function planNetwork(
  config: Config,
  part: NetworkName,
  name: string,
  subnet: string,
  server?: NetworkOwner,
): NetworkPlan {
  return {
    name,
    part,
    engineName: `${config.project}-${config.stack}-${name}`,
    subnet,
    setting: config.networkSettings[part] === undefined ? "range" : part,
    gateway: addressIn(subnet, 1),
    internal: part !== "edge",
    // An authority of ACME is outside.
    egress: part === "edge" && config.loadBalancer.tls.acme !== undefined,
    server,
  };
}

function isOfServers(part: NetworkName): part is ServerNetworkName {
  return SERVER_NETWORKS.some((name) => name === part);
}
