import { LOAD_BALANCERS } from "../choices.ts";
import { edgeAddress, hashes, isStatic, PORT_KEYS, publishedPorts } from "../loadBalancing.ts";
import type { Path, Problem } from "../problems.ts";
import { routes, routeTraffic } from "../routes.ts";
import type { ServerSettings, Settings } from "../schema.ts";
import { addressIn, bitsOf, capacityOf, overlap } from "../subnets.ts";
import { PROPOSED_PORTS, type Surroundings } from "../surroundings.ts";
import { judged } from "../wellFormed.ts";
import { subnetsOf } from "./networks.ts";

type LoadBalancer = Settings["loadBalancer"];

type Traffic = Pick<Settings, "servers" | "loadBalancer" | "networks">;

/** Rules between the settings that decide where requests go. */
export function trafficChecks(settings: Traffic, { ports }: Surroundings): Problem[] {
  return judged(
    () => withoutApplication(settings.servers),
    () => withoutTraffic(settings.servers),
    () => nobodyLeft(settings.servers),
    () => hashOfNothing(settings.loadBalancer),
    () => twoAffinities(settings.loadBalancer),
    () => slowStartOfStatic(settings.loadBalancer),
    () => pairOfOne(settings.loadBalancer),
    () => portsDiffer(settings.loadBalancer, ports),
    () => activePassive(settings.servers, settings.loadBalancer),
    () => pairOnOneHost(settings.servers, settings.loadBalancer),
  );
}

/** Rules for the addresses that move between the load balancers of a pair. */
export function virtualAddressChecks({ loadBalancer, networks }: Traffic): Problem[] {
  const edge = subnetsOf(networks).get("edge");
  return edge === undefined ? [] : virtualAddressesFit(loadBalancer, edge);
}

function withoutApplication(servers: readonly ServerSettings[]): Problem[] {
  return servers.flatMap((server, index) =>
    server.roles.includes("app")
      ? []
      : (["weight", "maxConnections"] as const)
          .filter((key) => server[key] !== undefined)
          .map((key) => ({
            path: ["servers", index, key],
            value: server[key],
            allowed: "only on servers with the role app: it says how many of the requests their application gets",
          })),
  );
}

function withoutTraffic(servers: readonly ServerSettings[]): Problem[] {
  return servers.flatMap(({ roles, traffic }, index) =>
    traffic === "ready" || roles.includes("web") || roles.includes("app")
      ? []
      : [
          {
            path: ["servers", index, "traffic"],
            value: traffic,
            allowed: "ready on servers without the roles web and app, which get no requests",
            example: "ready",
          },
        ],
  );
}

function nobodyLeft(servers: readonly ServerSettings[]): Problem[] {
  const all = routes(servers);
  if (all.length === 0 || all.some((route) => routeTraffic(route) === "ready")) return [];
  return servers.flatMap(({ traffic }, index) =>
    traffic === "ready"
      ? []
      : [
          {
            path: ["servers", index, "traffic"],
            complaint: `is "${traffic}", and no ready route through a web server to an application is left`,
            allowed: "ready on at least one web server and the application that it reaches",
            example: "ready",
          },
        ],
  );
}

function activePassive(servers: readonly ServerSettings[], loadBalancer: LoadBalancer): Problem[] {
  if (loadBalancer.mode !== "active-passive") return [];
  const problems: Problem[] = [];
  if (routes(servers).length < 2) {
    problems.push({
      path: ["loadBalancer", "mode"],
      complaint: 'is "active-passive", and there is one server: no other could take over from it',
      allowed: "active-active, or a second server with the roles web and app",
      example: "active-active",
    });
  }
  if (loadBalancer.algorithm !== "roundrobin") {
    problems.push({
      path: ["loadBalancer", "algorithm"],
      value: loadBalancer.algorithm,
      allowed: "roundrobin in mode active-passive: one server is at work at a time, so there is nothing to choose",
      example: "roundrobin",
    });
  }
  if (loadBalancer.affinity !== "none") {
    problems.push({
      path: ["loadBalancer", "affinity"],
      value: loadBalancer.affinity,
      allowed: "none in mode active-passive: affinity would keep visitors on the backup when the active server is back",
      example: "none",
    });
  }
  return [
    ...problems,
    ...servers.flatMap(({ weight }, index) =>
      weight === undefined
        ? []
        : [
            {
              path: ["servers", index, "weight"],
              value: weight,
              allowed: "no weight in mode active-passive: one server is at work at a time",
            },
          ],
    ),
  ];
}

function hashOfNothing({ algorithm, hash }: LoadBalancer): Problem[] {
  if (hash === undefined) return [];
  if (!hashes(algorithm)) {
    return [
      {
        path: ["loadBalancer", "hash"],
        value: hash,
        allowed: `only with the algorithms source and uri: ${algorithm} hashes nothing`,
      },
    ];
  }
  if (algorithm === "uri") return [];
  return (["depth", "length", "query"] as const)
    .filter((key) => hash[key] !== undefined)
    .map((key) => ({
      path: ["loadBalancer", "hash", key],
      value: hash[key],
      allowed: "only with the algorithm uri: source hashes the client's address",
    }));
}

function twoAffinities({ algorithm, affinity }: LoadBalancer): Problem[] {
  if (algorithm !== "source" || affinity === "none") return [];
  return [
    {
      path: ["loadBalancer", "affinity"],
      value: affinity,
      allowed: "none with the algorithm source, which keeps a client on its server already",
      example: "none",
    },
  ];
}

function slowStartOfStatic(loadBalancer: LoadBalancer): Problem[] {
  const { slowStartSeconds } = loadBalancer.health;
  if (slowStartSeconds === undefined || !isStatic(loadBalancer)) return [];
  const hash = loadBalancer.algorithm === "static-rr" ? "" : " with hash.method map-based";
  return [
    {
      path: ["loadBalancer", "health", "slowStartSeconds"],
      value: slowStartSeconds,
      allowed: `no slow start with the algorithm ${loadBalancer.algorithm}${hash}, whose shares are fixed`,
    },
  ];
}

function pairOfOne({ replicas, pair }: LoadBalancer): Problem[] {
  if (pair === undefined || replicas > 1) return [];
  return [
    {
      path: ["loadBalancer", "pair"],
      value: pair,
      allowed: "only with loadBalancer.replicas 2",
    },
  ];
}

function pairOnOneHost(servers: readonly ServerSettings[], { replicas }: LoadBalancer): Problem[] {
  const hosts = new Set(servers.map(({ endpoint }) => endpoint));
  if (replicas === 1 || hosts.size === 1) return [];
  return [
    {
      path: ["loadBalancer", "replicas"],
      value: replicas,
      allowed: "1: both load balancers would be on the one host loadBalancer.endpoint, and be lost with it",
      example: "1",
    },
  ];
}

/** All published ports have to differ. */
function portsDiffer(loadBalancer: LoadBalancer, held: ReadonlySet<number>): Problem[] {
  const [first = [], second = []] = publishedPorts(loadBalancer);
  const keys: [Path, number][] = [
    ...first.map(({ serves, port }): [Path, number] => [[PORT_KEYS[serves]], port]),
    ...second.map(({ serves, port }): [Path, number] => [["pair", PORT_KEYS[serves]], port]),
  ];
  const taken = new Set([...held, ...keys.map(([, port]) => port)]);
  return keys.flatMap(([path, port], index) => {
    const holder = keys.slice(0, index).find(([, other]) => other === port);
    if (holder === undefined) return [];
    const free = PROPOSED_PORTS.find((candidate) => !taken.has(candidate));
    if (free !== undefined) taken.add(free);
    return [
      {
        path: ["loadBalancer", ...path],
        value: port,
        allowed: `a port other than loadBalancer.${holder[0].join(".")}, which is ${port}`,
        example: free?.toString(),
      },
    ];
  });
}

function virtualAddressesFit({ replicas, pair }: LoadBalancer, edge: string): Problem[] {
  if (replicas === 1 || pair?.virtualAddresses === undefined) return [];
  const path: Path = ["loadBalancer", "pair", "virtualAddresses"];
  const given = pair.virtualAddresses;
  const needed = pair.mode === "active-active" ? 2 : 1;
  if (given.length !== needed || new Set(given).size !== given.length) {
    return [
      {
        path,
        value: given,
        allowed:
          needed === 2 ? "two different addresses, one for each load balancer" : "one address in mode active-passive",
        example: JSON.stringify(freeAddresses(edge, [], needed)),
      },
    ];
  }
  const free = freeAddresses(edge, given, needed);
  return given.flatMap((address, index) => {
    const taken = takenBy(address, edge);
    return taken === undefined
      ? []
      : [{ path: [...path, index], value: address, allowed: taken, example: free.shift() }];
  });
}

/** The last free addresses of the edge network that are not among those given. */
function freeAddresses(edge: string, given: readonly string[], count: number): string[] {
  const found: string[] = [];
  for (let place = 2; found.length < count && place <= capacityOf(bitsOf(edge)); place++) {
    const address = addressIn(edge, -place);
    if (!given.includes(address) && takenBy(address, edge) === undefined) found.push(address);
  }
  return found;
}

/** The requirement that a virtual address does not meet; undefined if it meets all. */
function takenBy(address: string, edge: string): string | undefined {
  if (!overlap(`${address}/32`, edge)) return `an address in networks.edge, ${edge}`;
  const holders = new Map([
    [addressIn(edge, 0), "the subnet's own address"],
    [addressIn(edge, 1), "the gateway's"],
    [addressIn(edge, -1), "the subnet's broadcast address"],
    ...LOAD_BALANCERS.map((name, index): [string, string] => [edgeAddress(edge, index), `${name}'s`]),
  ]);
  const holder = holders.get(address);
  return holder === undefined ? undefined : `a free address in ${edge}: this one is ${holder}`;
}
