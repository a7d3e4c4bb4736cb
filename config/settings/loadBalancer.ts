import { z } from "zod";
import { AFFINITIES, ALGORITHMS, HTTP_MODES, LOAD_BALANCERS, MODES, NO_ADDRESSES } from "../choices.ts";
import { type About, endpoint, hostAddress, networkInterface, oneOf, port, whole, yesOrNo } from "../kinds.ts";
import { tls } from "./tls.ts";
import { allow, connectionsPerSource, headers, trustedProxies, underscores } from "./visitors.ts";

const hash = z.strictObject(
  {
    method: oneOf(["consistent", "map-based"])
      .optional()
      .meta({
        description: "How a hash chooses a server. With consistent few visitors move when a server comes or goes.",
        unset: "consistent",
      } satisfies About),
    depth: whole(1, 32, "directories")
      .optional()
      .meta({ description: "The number of the path's folders that count.", unset: "all", example: 2 } satisfies About),
    length: whole(1, 4096, "characters")
      .optional()
      .meta({
        description: "The number of the path's characters that count.",
        unset: "all",
        example: 32,
      } satisfies About),
    query: yesOrNo()
      .optional()
      .meta({ description: "Whether the query string counts, too.", unset: "false", example: true } satisfies About),
  },
  { error: "how requests are hashed: method, depth, length, query" },
);

const pair = z.strictObject(
  {
    mode: oneOf(MODES)
      .optional()
      .meta({
        description: "active-active has two virtual addresses, one for each load balancer.",
        unset: "active-passive",
      } satisfies About),
    virtualAddresses: z
      .union(
        [
          z.literal(NO_ADDRESSES),
          z.array(z.ipv4({ error: "an IPv4 address" }).meta({ example: "10.201.0.254" }), {
            error: "a list of IPv4 addresses",
          }),
        ],
        { error: `a list of IPv4 addresses; or ${NO_ADDRESSES}, for a pair on two machines` },
      )
      .optional()
      .meta({
        description:
          "The addresses that move between the two: one, or two in mode active-active. On one machine they are in the edge network, on two in the LAN of both. With none clients choose a load balancer by other means, such as two records in DNS.",
        unset: "the last of networks.edge; a pair on two machines needs a value",
        example: ["10.201.0.254"],
      } satisfies About),
    endpoint: endpoint()
      .optional()
      .meta({
        description: "The Docker engine of the second load balancer's machine.",
        unset: "loadBalancer.endpoint",
      } satisfies About),
    hostAddress: hostAddress()
      .optional()
      .meta({
        description: "As loadBalancer.hostAddress, of the second one's host.",
        unset: "that of its endpoint",
      } satisfies About),
    interface: networkInterface()
      .optional()
      .meta({
        description: "As loadBalancer.interface, of the second one's host.",
        unset: "the one with its hostAddress",
      } satisfies About),
    port: port()
      .optional()
      .meta({
        description: "The port that the second load balancer publishes.",
        unset: "the first's plus one; on another machine the same",
        example: 8081,
      } satisfies About),
    httpsPort: port()
      .optional()
      .meta({
        description: "The port at which the second load balancer publishes HTTPS.",
        unset: "the first's plus one; on another machine the same",
        example: 8444,
      } satisfies About),
    statsPort: port()
      .optional()
      .meta({
        description: "The port of the second load balancer's statistics page.",
        unset: "the first's plus one, where that has one; on another machine the same",
        example: 8405,
      } satisfies About),
  },
  {
    error: "settings of the pair: mode, virtualAddresses, endpoint, hostAddress, interface, port, httpsPort, statsPort",
  },
);

const health = z.strictObject(
  {
    intervalMs: whole(100, 60_000, "milliseconds")
      .default(1000)
      .meta({
        description: "The time between two checks of the application's readiness on each route.",
      } satisfies About),
    fall: whole(1, 100, "checks")
      .default(2)
      .meta({ description: "Failed checks in a row after which a server gets no more requests." } satisfies About),
    rise: whole(1, 100, "checks")
      .default(2)
      .meta({ description: "Good checks in a row after which it gets requests again." } satisfies About),
    observe: oneOf(["off", "connection", "response"])
      .default("connection")
      .meta({
        description:
          "Errors of real traffic that also take a server out: failed connections, or error answers as well (response).",
      } satisfies About),
    slowStartSeconds: whole(1, 600, "seconds")
      .optional()
      .meta({
        description: "The time in which the share of a server that comes back grows to its full size.",
        unset: "at once",
        example: 10,
      } satisfies About),
  },
  { error: "settings of the health checks: intervalMs, fall, rise, observe, slowStartSeconds" },
);

export const loadBalancer = z
  .strictObject(
    {
      algorithm: oneOf(ALGORITHMS)
        .default("roundrobin")
        .meta({
          description: "How a server is chosen. source goes by the client's address (IP hash), uri by the path.",
        } satisfies About),
      hash: hash.optional().meta({
        description: "How the algorithms source and uri hash.",
        unset: "consistent, the whole path",
        example: { method: "consistent" },
      } satisfies About),
      mode: oneOf(MODES)
        .default("active-active")
        .meta({
          description: "With active-passive the first server does the work, and the next takes over when it fails.",
        } satisfies About),
      affinity: oneOf(AFFINITIES)
        .default("none")
        .meta({
          description:
            "What keeps a visitor on a server: a cookie, or the client's address in a table that a pair shares.",
        } satisfies About),
      health: health.prefault({}).meta({ description: "The health checks." } satisfies About),
      replicas: whole(1, LOAD_BALANCERS.length)
        .default(1)
        .meta({
          description: "The number of load balancers. 2 is a pair with a virtual address.",
        } satisfies About),
      pair: pair.optional().meta({
        description: "Settings of a pair of load balancers.",
        unset: "its defaults",
        example: {},
      } satisfies About),
      address: z
        .ipv4({ error: "an IPv4 address of the load balancer's host" })
        .default("127.0.0.1")
        .meta({ description: "The host's address at which the site is published." } satisfies About),
      port: port()
        .default(8080)
        .meta({ description: "The host's port at which plain HTTP is published." } satisfies About),
      httpsPort: port()
        .default(8443)
        .meta({ description: "The host's port at which HTTPS is published." } satisfies About),
      publicHttpsPort: port()
        .optional()
        .meta({
          description:
            "The port by which visitors reach HTTPS where a router or a proxy in front forwards it to httpsPort, with HTTP/3 by UDP as well. Redirects, Alt-Svc and the outputs' URLs of a name use it; URLs with 443 name no port.",
          unset: "httpsPort; 443 at a virtual address and behind trustedProxies",
          example: 443,
        } satisfies About),
      http: oneOf(HTTP_MODES)
        .optional()
        .meta({
          description:
            "What plain HTTP does: redirect sends visitors to HTTPS (308), serve shows the site, off publishes no port.",
          unset: "serve if address is a loopback address, else redirect",
          example: "redirect",
        } satisfies About),
      tls,
      statsPort: port()
        .optional()
        .meta({
          description:
            "The port of HAProxy's statistics page, at 127.0.0.1, or with allow.statistics at the address of the site.",
          unset: "not published",
          example: 8404,
        } satisfies About),
      trustedProxies,
      allow,
      connectionsPerSource,
      headers,
      underscores,
      endpoint: endpoint()
        .optional()
        .meta({
          description: "The Docker engine of the load balancer's machine.",
          unset: "the engine of the command docker",
        } satisfies About),
      hostAddress: hostAddress()
        .optional()
        .meta({
          description:
            "The address of the load balancer's host in its LAN. A pair on two machines checks itself there, and sends the messages of VRRP from there.",
          unset: "that of its endpoint",
        } satisfies About),
      interface: networkInterface()
        .optional()
        .meta({
          description:
            "The interface of the load balancer's host that gets the virtual addresses of a pair on two machines.",
          unset: "the one with hostAddress",
        } satisfies About),
      healthPort: port()
        .default(8406)
        .meta({
          description:
            "The port, at hostAddress, at which each host of a pair on two machines asks its load balancer how it is. It answers nobody else.",
        } satisfies About),
    },
    { error: "settings of the load balancer" },
  )
  .prefault({})
  .meta({ description: "The load balancer: HAProxy, the only container that clients reach." } satisfies About);
