import { isIPv4 } from "node:net";
import { isPrivateDirectory } from "../../config/acme.ts";
import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import type { MonitoringPlan } from "../../topology/monitoringPlan.ts";
import type { Topology } from "../../topology/plan.ts";

const HTTPS_PORT = 443;
const DNS_PORT = 53;

/** Blocks with addresses of this machine, of neighbours and of clouds' metadata, or of nobody (RFC 6890). */
const NOT_PUBLIC = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"],
];
/** Those of them in which no server can be, a private one neither. */
const NO_SERVER = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"];

/**
 * Rules, in the syntax of nftables, that let load balancers reach the authority of ACME, Alertmanager those whom alerts are
 * sent to, and nobody else.
 */
export interface WayOut {
  readonly beyondTheMachine: readonly string[];
  readonly toTheMachine: readonly string[];
}

/**
 * The engine passes on a container's questions for names from the container's own address, so DNS has to be let out,
 * wherever the machine's name servers are. Without ACME nothing leaves.
 */
export function wayOut({ loadBalancers, monitoring }: Pick<Topology, "loadBalancers" | "monitoring">): WayOut {
  const [acme, alerts] = [authorityOf(loadBalancers), receiversOf(monitoring)];
  return {
    beyondTheMachine: [...acme.beyondTheMachine, ...alerts.beyondTheMachine],
    toTheMachine: [...acme.toTheMachine, ...alerts.toTheMachine],
  };
}

/** Receivers may be anywhere, in the LAN or on the machine itself, and at any port. Only secrets say where. */
function receiversOf(monitoring: MonitoringPlan | undefined): WayOut {
  const { receivers = {}, watchdog, watchers = [] } = monitoring ?? {};
  const addresses = watchers.flatMap(({ alertmanager }) => alertmanager.attachments[0]?.address ?? []);
  if (addresses.length === 0 || (watchdog === undefined && Object.keys(receivers).length === 0)) return NOWHERE;
  const from = `ip saddr { ${addresses.join(", ")} }`;
  const rules = [`${from} udp dport ${DNS_PORT} accept`, `${from} ip protocol tcp accept`];
  return { beyondTheMachine: rules, toTheMachine: rules };
}

const NOWHERE: WayOut = { beyondTheMachine: [], toTheMachine: [] };

function authorityOf(loadBalancers: readonly LoadBalancerPlan[]): WayOut {
  const acme = loadBalancers[0]?.site.acme;
  if (acme === undefined) return NOWHERE;
  const from = `ip saddr { ${loadBalancers[0]?.peers.map(({ address }) => address).join(", ")} }`;
  const names = ["udp", "tcp"].map((protocol) => `${from} ${protocol} dport ${DNS_PORT} accept`);
  const { hostname, port } = new URL(acme.directory);
  const isPrivate = isPrivateDirectory(acme);
  const authority = `${from} ${placeOf(hostname, isPrivate)} tcp dport ${port || HTTPS_PORT} accept`;
  return {
    beyondTheMachine: [...names, authority],
    toTheMachine: [...names, ...(isPrivate ? [authority] : [])],
  };
}

function placeOf(hostname: string, isPrivate: boolean): string {
  if (isIPv4(hostname)) return `ip daddr ${hostname}`;
  return `ip daddr != { ${(isPrivate ? NO_SERVER : NOT_PUBLIC).join(", ")} }`;
}
