import { isIPv4 } from "node:net";
import { isPrivateDirectory } from "../../config/acme.ts";
import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";

const HTTPS_PORT = 443;
const DNS_PORT = 53;

/** Blocks with addresses of this machine, of neighbours and of clouds' metadata, or of nobody (RFC 6890). */
const NOT_PUBLIC = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"],
];
/** Those of them in which no server can be, a private one neither. */
const NO_SERVER = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"];

/** Rules, in the syntax of nftables, that let load balancers reach the authority of ACME and nothing else. */
export interface WayOut {
  readonly beyondTheMachine: readonly string[];
  readonly toTheMachine: readonly string[];
}

/**
 * The engine passes on a container's questions for names from the container's own address, so DNS has to be let out,
 * wherever the machine's name servers are. Without ACME nothing leaves.
 */
export function wayOut(loadBalancers: readonly LoadBalancerPlan[]): WayOut {
  const acme = loadBalancers[0]?.site.acme;
  if (acme === undefined) return { beyondTheMachine: [], toTheMachine: [] };
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
