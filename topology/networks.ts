import {
  LOAD_BALANCERS,
  NETWORKS,
  type NetworkName,
  SERVER_NETWORKS,
  type ServerNetworkName,
} from "../config/choices.ts";
import { areSeveral, isSameEndpoint } from "../config/endpoints.ts";
import { routes, serversWith } from "../config/routes.ts";
import type { Config } from "../config/schema.ts";
import { serverSubnets } from "../config/serverSubnets.ts";
import { addressIn, bitsOf, partOf } from "../config/subnets.ts";
import type { NetworkOwner, NetworkPlan, OverlayPlan } from "./plan.ts";

/** On several machines a network is a bridge where all its containers are on one, and else an overlay. */
export function planNetworks(config: Config): NetworkPlan[] {
  return NETWORKS.flatMap((part) => {
    if (isOfServers(part)) {
      return [...serverSubnets(part, config.networks[part], config)].map(([server, subnet]) =>
        planNetwork(config, part, serverNetwork(part, server), {
          subnet,
          server: ownerOf(config, server),
          on: isOnServer(config, part, server) ? server : undefined,
        }),
      );
    }
    const subnet = config.networks[part];
    if (part === "outbound") return planOutbound(config, subnet);
    if (part === "monitor" && !config.monitoring.enabled && config.logs.store === undefined) return [];
    if (part !== "edge" || !areSeveral(config.hosts)) return [planNetwork(config, part, part, { subnet })];
    return LOAD_BALANCERS.slice(0, config.loadBalancer.replicas).map((name) =>
      planNetwork(config, part, edgeNetwork(config, name), { subnet, on: name }),
    );
  });
}

/** The name of an application server's own network. */
export function serverNetwork(part: ServerNetworkName, server: string): string {
  return `${part}-${server}`;
}

/** The name of the network between clients and a load balancer. On one machine load balancers share it. */
export function edgeNetwork({ hosts }: Config, loadBalancer: string): string {
  return areSeveral(hosts) ? `edge-${loadBalancer}` : "edge";
}

/**
 * The networks between applications and the outside: one on each machine, in which containers do not reach each other.
 */
function planOutbound(config: Config, subnet: string): NetworkPlan[] {
  if (!config.application.outbound) return [];
  const names = serversWith(config.servers, "app").map(({ name }) => outboundNetwork(config, name));
  return [...new Set(names)].map((name) =>
    planNetwork(config, "outbound", name, { subnet, on: name.slice("outbound-".length) || config.hosts[0]?.name }),
  );
}

/** The name of the network to the outside on an application server's machine, which has the name of its first one. */
export function outboundNetwork({ hosts, servers }: Config, server: string): string {
  if (!areSeveral(hosts)) return "outbound";
  const endpointOf = (name: string) => hosts.find((host) => host.name === name)?.endpoint ?? "";
  const first = serversWith(servers, "app").find(({ name }) => isSameEndpoint(endpointOf(name), endpointOf(server)));
  return `outbound-${first?.name ?? server}`;
}

/** A fixed address in a network between machines, whose engines take addresses from its other half. */
export function fixedAddress(subnet: string, place: number): string {
  return addressIn(partOf(subnet, 0, bitsOf(subnet) + 1), place);
}

/** The host whose engine makes the networks between machines. */
export function managerOf({ hosts, networkSettings }: Config): string {
  const name = networkSettings.manager ?? hosts[0]?.name;
  if (name === undefined) throw new Error("the configuration has no host");
  return name;
}

/** Whether all containers of an application server's own network are on that server's machine. */
function isOnServer({ servers, hosts }: Config, part: ServerNetworkName, server: string): boolean {
  if (part === "router") return true;
  const endpointOf = (name: string) => hosts.find((host) => host.name === name)?.endpoint ?? "";
  const webServers = routes(servers).flatMap(({ web, application }) => (application.name === server ? [web.name] : []));
  return webServers.every((name) => isSameEndpoint(endpointOf(name), endpointOf(server)));
}

function ownerOf({ servers }: Config, name: string): NetworkOwner {
  const index = servers.findIndex((server) => server.name === name);
  return { name, index, isPlaced: servers[index]?.subnetPart !== undefined };
}

/** The networks with an address of the host. */
const REACHING_OUT: readonly NetworkName[] = ["edge", "outbound", "monitor"];

interface Place {
  readonly subnet: string;
  readonly server?: NetworkOwner;
  /** The host that all its containers are on, if there are several; undefined: they are on different ones. */
  readonly on?: string | undefined;
}

function planNetwork(config: Config, part: NetworkName, name: string, { subnet, server, on }: Place): NetworkPlan {
  const overlay = areSeveral(config.hosts) && on === undefined ? planOverlay(config, part, subnet) : undefined;
  return {
    name,
    host: overlay === undefined ? (areSeveral(config.hosts) && on) || (config.hosts[0]?.name ?? "") : managerOf(config),
    overlay,
    part,
    engineName: [config.project, config.stack, name, ...marksOf(overlay)].join("-"),
    subnet,
    setting: config.networkSettings[part] === undefined ? "range" : part,
    gateway: addressIn(subnet, 1),
    internal: !REACHING_OUT.includes(part),
    // An authority of ACME is outside, and so are those whom alerts are sent to.
    egress:
      part === "outbound" || part === "monitor" || (part === "edge" && config.loadBalancer.tls.acme !== undefined),
    isApart: part === "outbound",
    server,
  };
}

/** The small network of an application server has no fixed addresses, so that all of it is for the others. */
function planOverlay({ networkSettings }: Config, part: NetworkName, subnet: string): OverlayPlan {
  const { encrypted: isEncrypted, mtu } = networkSettings;
  return { range: isOfServers(part) ? undefined : partOf(subnet, 1, bitsOf(subnet) + 1), isEncrypted, mtu };
}

/** An engine does not change a network. What is changed by replacing it is in its name, so that both can be there. */
function marksOf(overlay: OverlayPlan | undefined): string[] {
  return [...(overlay?.isEncrypted ? ["encrypted"] : []), ...(overlay?.mtu === undefined ? [] : [`mtu${overlay.mtu}`])];
}

function isOfServers(part: NetworkName): part is ServerNetworkName {
  return SERVER_NETWORKS.some((name) => name === part);
}
