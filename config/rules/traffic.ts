import { isDeepStrictEqual } from "node:util";
import type { DockerDefault } from "../endpoints.ts";
import { hashes, isPairApart, isStatic, PORT_KEYS, portNumbers } from "../loadBalancing.ts";
import type { Problem } from "../problems.ts";
import { routes, routeTraffic } from "../routes.ts";
import type { ServerSettings, Settings } from "../schema.ts";
import { judged } from "../wellFormed.ts";

type LoadBalancer = Settings["loadBalancer"];

type Traffic = Pick<Settings, "servers" | "loadBalancer">;

/**
 * Rules between the settings that decide where requests go.
 * @param propose gives another free port each time
 */
export function trafficChecks(settings: Traffic, docker: DockerDefault, propose: () => string | undefined): Problem[] {
  return judged(
    () => withoutApplication(settings.servers),
    () => withoutTraffic(settings.servers),
    () => nobodyLeft(settings.servers),
    () => hashOfNothing(settings.loadBalancer),
    () => twoAffinities(settings.loadBalancer),
    () => slowStartOfStatic(settings.loadBalancer),
    () => pairOfOne(settings.loadBalancer),
    () => portsDiffer(settings.loadBalancer, docker, propose),
    () => activePassive(settings.servers, settings.loadBalancer),
  );
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

/** All ports that one machine publishes have to differ. */
function portsDiffer(loadBalancer: LoadBalancer, docker: DockerDefault, propose: () => string | undefined): Problem[] {
  const [first = [], second = []] = portNumbers(loadBalancer, docker);
  const isApart = second.length > 0 && isPairApart(loadBalancer, docker);
  const keys = [
    ...first.map(({ serves, port }) => ({ path: [PORT_KEYS[serves]], port, machine: 1 })),
    ...second.map(({ serves, port }) => ({
      path: isApart ? pathApart(loadBalancer, serves) : ["pair", PORT_KEYS[serves]],
      port,
      machine: isApart ? 2 : 1,
    })),
  ];
  const reported: (readonly string[])[] = [];
  return keys.flatMap(({ path, port, machine }, index) => {
    const holder = keys.slice(0, index).find((other) => other.port === port && other.machine === machine);
    // Two machines with the same ports have one problem.
    if (holder === undefined || reported.some((other) => isDeepStrictEqual(other, path))) return [];
    reported.push(path);
    return [
      {
        path: ["loadBalancer", ...path],
        value: port,
        allowed: `a port other than loadBalancer.${holder.path.join(".")}, which is ${port}`,
        example: propose(),
      },
    ];
  });
}

/** The setting of a port of a second load balancer on another machine, below `loadBalancer`. */
function pathApart({ pair }: LoadBalancer, serves: keyof typeof PORT_KEYS): string[] {
  const key = PORT_KEYS[serves];
  return key !== "healthPort" && pair?.[key] !== undefined ? ["pair", key] : [key];
}
