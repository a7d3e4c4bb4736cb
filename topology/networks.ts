import ipaddr from "ipaddr.js";
import { NETWORKS, type NetworkName } from "../config/schema.ts";
import type { Config } from "../config.ts";
import type { NetworkPlan, Topology } from "../topology.ts";

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
    gateway: addressIn(config.networks[name], 1),
    internal: name !== "edge",
    purpose: PURPOSES[name],
  }));
}

/** @throws Error where the plan lacks the network: a mistake in the program. */
export function networkOf(topology: Topology, name: NetworkName): NetworkPlan {
  const network = topology.networks.find((candidate) => candidate.name === name);
  if (network === undefined) throw new Error(`the plan has no network ${name}`);
  return network;
}

/** The address at a place in a subnet; negative places count from its broadcast address, which is -1. */
export function addressIn(subnet: string, place: number): string {
  const edge = place < 0 ? ipaddr.IPv4.broadcastAddressFromCIDR(subnet) : ipaddr.IPv4.networkAddressFromCIDR(subnet);
  const last = place < 0 ? place + 1 : place;
  return new ipaddr.IPv4(edge.toByteArray().map((octet, index) => (index === 3 ? octet + last : octet))).toString();
}
