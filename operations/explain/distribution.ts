import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import type { Topology } from "../../topology/plan.ts";
import { usedWays, waysOf } from "../../topology/survival/structure.ts";
import { type Answer, list } from "./answer.ts";
import { algorithmOf, modeOf } from "./terms.ts";

/** How HAProxy chooses, by the algorithm. */
const HOW: Readonly<Record<LoadBalancerPlan["balance"]["algorithm"], string>> = {
  roundrobin:
    "Each route takes its turn, in proportion to its weight. Weights may change while HAProxy runs, so a server that comes back may start slowly.",
  "static-rr":
    "Each route takes its turn, in proportion to its weight, by a fixed table that costs less than a changing one.",
  leastconn:
    "The route with the fewest open connections, in proportion to its weight, takes the request; among equals each takes its turn. It suits requests of different length.",
  source:
    "The client's address is hashed, and the hash decides on the route: a client stays on its server as long as that is there.",
  uri: "The path is hashed, and the hash decides on the route: each server's caches hold one part of the site.",
  random:
    "Two routes are drawn by lot, and the one with fewer connections takes the request: several load balancers that know nothing of each other do not all choose the same one.",
};

/** The algorithm of the distribution, and whether the servers work side by side or stand by for each other. */
export function distribution(topology: Topology): Answer[] {
  const [first] = topology.loadBalancers;
  if (first === undefined) return [];
  return [
    {
      question: "By which algorithm are requests distributed, and how does it work?",
      answer: [
        `${sentence(algorithmOf(topology))} (HAProxy: balance ${first.balance.algorithm}). ${HOW[first.balance.algorithm]}`,
        ...hashing(first),
        ...sticky(first),
        `The routes: ${list(first.backends.map(routeText))}.`,
        `A route is asked for ${first.readiness.path} every ${first.health.intervalMs} ms, through Nginx and the application. ${first.health.fall} failed checks take it out, ${first.health.rise} good ones take it back. A request that reached nobody is sent to another route.`,
      ],
    },
    {
      question: "Is it active-active or active-passive, and what is the difference?",
      answer: [webMode(topology), DIFFERENCE, ...pairMode(topology)],
    },
  ];
}

const DIFFERENCE =
  "Active-active: all servers take requests at the same time. Their capacity adds up, and each must be able to take the share of a lost one. Active-passive: one server takes all requests, and another one only when it fails. The capacity is that of one server, and there is no state to share.";

function webMode(topology: Topology): string {
  const used = usedWays(topology, () => true);
  const spare = waysOf(topology).filter(({ name }) => !used.some((way) => way.name === name));
  const names = (ways: typeof used) => list(ways.map(({ name }) => name));
  if (waysOf(topology).length < 2) return `Neither: there is one route, ${names(used)}, and no other could take over.`;
  return modeOf(topology) === "active-passive"
    ? `The servers are active-passive: ${names(used)} takes the requests; ${names(spare)} stand by, the next takes over within seconds when it fails, and gives them back.`
    : `The servers are active-active: ${names(used)} take requests side by side.`;
}

function pairMode({ loadBalancers }: Topology): string[] {
  const [first, second] = loadBalancers;
  if (first === undefined || second === undefined) return ["There is one load balancer, and nothing stands by for it."];
  const addresses = (first.vrrp?.instances ?? []).map(({ virtualAddress }) => virtualAddress);
  if (addresses.length === 0) {
    return ["Both load balancers are active. No address moves between them: the site's name has to have both in DNS."];
  }
  return [
    addresses.length > 1
      ? `The load balancers are active-active: each holds an address (${list(addresses)}), and takes the other's over when that one fails. Name both in DNS.`
      : `The load balancers are active-passive: ${first.name} holds ${list(addresses)}, and ${second.name} takes it over when ${first.name} fails. keepalived moves it by VRRP.`,
  ];
}

function hashing({ balance: { hash } }: LoadBalancerPlan): string[] {
  if (hash === undefined) return [];
  return [
    hash.method === "consistent"
      ? "The hash is consistent: when a server comes or goes, only the visitors of one part move."
      : "The hash chooses from a fixed table: when a server comes or goes, most visitors move.",
  ];
}

function sticky({ affinity }: LoadBalancerPlan): string[] {
  if (affinity === "none") return [];
  return [
    affinity === "cookie"
      ? "A visitor who has a server stays there by a cookie, FOOBAR_SERVER, that HAProxy sets; the algorithm chooses for new visitors."
      : "A visitor who has a server stays there by the client's address, which a table holds; the algorithm chooses for new visitors.",
  ];
}

function routeText({ name, weight, backup, traffic }: LoadBalancerPlan["backends"][number]): string {
  const notes = [
    ...(weight === 1 ? [] : [`weight ${weight}`]),
    ...(backup ? ["stands by"] : []),
    ...(traffic === "ready" ? [] : [traffic]),
  ];
  return notes.length === 0 ? name : `${name} (${notes.join(", ")})`;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
