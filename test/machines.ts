import type { StackSettings } from "./examples.ts";

/** The endpoint of the machine with a number. */
export const machine = (number: number) => `ssh://root@192.0.2.${number}`;

interface Placed {
  readonly servers?: readonly object[];
  readonly loadBalancer?: object;
  readonly mysql?: object;
  readonly networks?: object;
}

const ROLES = ["web", "app", "db"];

/** Two servers on machines of their own. */
export const SERVERS = [
  { name: "server1", roles: ROLES, endpoint: machine(11) },
  { name: "server2", roles: ROLES, endpoint: machine(12) },
] as const;

/** Settings of two servers, and a third machine with the load balancer and the arbiter, with some of them changed. */
export function threeMachines({ servers = SERVERS, loadBalancer, mysql, networks }: Placed = {}): StackSettings {
  return {
    "foobar:servers": servers,
    "foobar:loadBalancer": { endpoint: machine(13), statsPort: 8404, ...loadBalancer },
    "foobar:mysql": { replication: "group", arbiter: { endpoint: machine(13) }, ...mysql },
    "foobar:networks": { ...networks },
  };
}

/** A pair of load balancers on the two servers' machines, with an address of their LAN. */
export const PAIR = {
  endpoint: machine(11),
  address: "0.0.0.0",
  replicas: 2,
  pair: { endpoint: machine(12), virtualAddresses: ["192.0.2.10"] },
} as const;
