import type { BalancePlan, LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import type { Topology } from "../../topology/plan.ts";

/** The names by which people know HAProxy's algorithms. */
const ALGORITHMS: Readonly<Record<BalancePlan["algorithm"], string>> = {
  roundrobin: "round robin",
  "static-rr": "static round robin",
  leastconn: "least connections",
  source: "hash of the client's address",
  uri: "hash of the path",
  random: "random of two",
};

const AFFINITIES: Readonly<Record<LoadBalancerPlan["affinity"], string>> = {
  none: "",
  cookie: ", sticky by a cookie",
  address: ", sticky by the client's address",
};

const REPLICATIONS = {
  async: "asynchronous replication",
  semisync: "semi-synchronous replication",
  group: "group replication",
} as const;

/** The name of the algorithm by which a stack distributes requests. */
export function algorithmOf({ loadBalancers: [first] }: Topology): string {
  return first === undefined ? "" : ALGORITHMS[first.balance.algorithm];
}

/** Whether all web servers take requests, or one of them while the others stand by. */
export function modeOf({ loadBalancers: [first] }: Topology): "active-active" | "active-passive" {
  return first?.backends.some(({ backup }) => backup) ? "active-passive" : "active-active";
}

/** How a stack's databases replicate; with one database they do not. */
export function replicationOf({ cluster }: Topology): string {
  return cluster.databases.length < 2 ? "one database" : REPLICATIONS[cluster.replication];
}

/** A stack in one line: `round robin, active-active · group replication`. */
export function summaryOf(topology: Topology): string {
  const [first] = topology.loadBalancers;
  const sticky = first === undefined ? "" : AFFINITIES[first.affinity];
  const ways = (first?.backends ?? []).length > 1 ? `, ${modeOf(topology)}` : ", one route";
  return `${algorithmOf(topology)}${ways}${sticky} · ${replicationOf(topology)}`;
}
