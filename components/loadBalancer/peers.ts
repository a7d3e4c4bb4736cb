import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import { PEERS_PORT } from "../../topology/ports.ts";
import { CLIENT_CERTIFICATE, TLS } from "../tlsFiles.ts";

/** The certificate and the key by which a load balancer of two machines serves the other its table. */
export const PEER_CERTIFICATE = "/run/secrets/peer.pem";

/**
 * The load balancers that share the table of clients. Between two machines both prove that they are load balancers: the
 * network is the web servers', too, and the table has addresses of visitors.
 */
export function peersLines({ name: own, peers, isApart }: LoadBalancerPlan): string[] {
  const bind = isApart ? ` ssl crt ${PEER_CERTIFICATE} ca-file ${TLS.authority} verify required` : "";
  return peers.flatMap(({ name, address }) => {
    if (name === own) return [`    bind ${address}:${PEERS_PORT}${bind}`, `    server ${name}`];
    const verified = isApart
      ? ` ssl crt ${CLIENT_CERTIFICATE} ca-file ${TLS.authority} verify required verifyhost ${name}`
      : "";
    return [`    server ${name} ${address}:${PEERS_PORT}${verified}`];
  });
}
