import { z } from "zod";

/** What a server can run. */
export const ROLES = ["web", "app", "db"] as const;
export type Role = (typeof ROLES)[number];

/** How the load balancer chooses a server; HAProxy's names (https://docs.haproxy.org/3.2/configuration.html, balance). */
export const ALGORITHMS = ["roundrobin", "static-rr", "leastconn", "source", "uri", "random"] as const;

/** active-active: every server takes requests; active-passive: the first does, the next takes over when it fails. */
export const MODES = ["active-active", "active-passive"] as const;

/** How a visitor stays with a server: by a cookie that the load balancer sets, or by the client's address in a table. */
export const AFFINITIES = ["none", "cookie", "address"] as const;

/**
 * What a server's maintenance switch says. drain: no new visitors, those whose session is there stay. maintenance: no
 * new requests at all. Requests under way are finished in both.
 */
export const TRAFFIC = ["ready", "drain", "maintenance"] as const;
export type Traffic = (typeof TRAFFIC)[number];

/**
 * Each pair of neighbours in the request's path shares exactly one of these networks. The order says which part of the
 * range each has: a new one goes to the end.
 */
export const NETWORKS = ["edge", "web", "app", "data", "replication", "router"] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** The range of all networks. */
export const DEFAULT_RANGE = "10.201.0.0/20";

/**
 * How MySQL replicates. async: a commit waits for nobody. semisync: until a replica has received it. group: until a
 * majority has, and the members choose another primary by themselves when they lose theirs.
 */
export const REPLICATIONS = ["async", "semisync", "group"] as const;
export type Replication = (typeof REPLICATIONS)[number];

/** What a semisync primary does without its replica: wait with every commit, or go on and risk what it commits. */
export const WITHOUT_REPLICA = ["wait", "degrade"] as const;

/** The load balancers' places among the servers' names. */
export const LOAD_BALANCERS = ["lb1", "lb2"] as const;

/** The place of a group's member that is on no server. */
export const ARBITER = "arbiter";

/** Names that no server can have. */
const RESERVED: readonly string[] = [...LOAD_BALANCERS, ARBITER];

/** The engine that `docker` itself talks to when nothing else is said. */
export const LOCAL_ENDPOINT = "unix:///var/run/docker.sock";

const NAME = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/;
const DIGEST = "@sha256:[0-9a-f]{64}";
/** [registry/]name, then a tag that is not `latest`, a digest, or both. */
const IMAGE = new RegExp(
  `^(?:[\\w.-]+(?::\\d+)?/)?[a-z0-9._/-]+(?::(?!latest$)\\w[\\w.-]{0,127}(?:${DIGEST})?|${DIGEST})$`,
);

const name = () =>
  z
    .string({ error: "a name in lower-case letters, digits and hyphens" })
    .regex(NAME, "a name of 1 to 30 lower-case letters, digits and hyphens that starts with a letter");

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `one of ${values.join(", ")}` });

const whole = (least: number, most: number, unit = "") => {
  const range = `a whole number${unit && ` of ${unit}`} from ${least} to ${most}`;
  return z.int({ error: range }).min(least, range).max(most, range);
};

const port = () => whole(1, 65_535);

const path = () =>
  z
    .string({ error: "a path that starts with /" })
    .regex(/^\/[\w./-]*$/, "a path that starts with / and holds letters, digits, dots, hyphens and underscores");

const folder = () => z.string({ error: "a folder" }).min(1, "a folder");

const endpoint = () =>
  z
    .string({ error: "a Docker endpoint" })
    .regex(/^(unix:\/\/\/|tcp:\/\/|ssh:\/\/).+/, "a Docker endpoint: unix:///path, tcp://host:port or ssh://user@host")
    .meta({ example: LOCAL_ENDPOINT });

/** Only text here: what it must be depends on what is free beside it (networkChecks.ts). */
const subnet = (example: string) => z.string({ error: "an IPv4 subnet in CIDR form" }).optional().meta({ example });

const image = (example: string) =>
  z
    .string({ error: "an image name with an exact tag" })
    .regex(
      IMAGE,
      "an image name with an exact tag or digest, name:tag or name@sha256:… (latest moves, so it is refused)",
    )
    .default(example);

const server = z.strictObject(
  {
    name: name()
      .refine(
        (text) => !RESERVED.includes(text),
        `a name other than ${RESERVED.join(", ")}, which are those of the load balancers and of the group's arbiter`,
      )
      .meta({ example: "server1" }),
    roles: z
      .array(oneOf(ROLES), { error: `a list of roles: ${ROLES.join(", ")}` })
      .min(1, `at least one of ${ROLES.join(", ")}`)
      .meta({ example: ROLES }),
    endpoint: endpoint().default(LOCAL_ENDPOINT),
    weight: whole(1, 256).optional().meta({ example: 1 }),
    maxConnections: whole(1, 100_000).optional().meta({ example: 200 }),
    traffic: oneOf(TRAFFIC).default("ready"),
  },
  { error: "a server: name, roles and what else it needs" },
);

const hash = z.strictObject(
  {
    method: oneOf(["consistent", "map-based"]).optional(),
    depth: whole(1, 32, "directories").optional().meta({ example: 2 }),
    length: whole(1, 4096, "characters").optional().meta({ example: 32 }),
    query: z.boolean({ error: "true or false" }).optional().meta({ example: true }),
  },
  { error: "how requests are hashed: method, depth, length, query" },
);

const pair = z.strictObject(
  {
    mode: oneOf(MODES).optional(),
    virtualAddresses: z
      .array(z.ipv4({ error: "an IPv4 address" }).meta({ example: "10.201.0.254" }), {
        error: "a list of IPv4 addresses",
      })
      .optional()
      .meta({ example: ["10.201.0.254"] }),
    port: port().optional().meta({ example: 8081 }),
    statsPort: port().optional().meta({ example: 8405 }),
  },
  { error: "settings of the pair: mode, virtualAddresses, port, statsPort" },
);

const health = z.strictObject(
  {
    intervalMs: whole(100, 60_000, "milliseconds").default(1000),
    fall: whole(1, 100, "checks").default(2),
    rise: whole(1, 100, "checks").default(2),
    observe: oneOf(["off", "connection", "response"]).default("connection"),
    slowStartSeconds: whole(1, 600, "seconds").optional().meta({ example: 10 }),
  },
  { error: "settings of the health checks: intervalMs, fall, rise, observe, slowStartSeconds" },
);

const backup = z.strictObject(
  {
    everyHours: whole(1, 168, "hours").default(24),
    keep: whole(1, 365, "full backups").default(7),
    archiveSeconds: whole(5, 3600, "seconds").default(60),
    directory: z
      .string({ error: "a folder of the database's host" })
      .regex(/^\/[^\n:]+$/, "a folder of the database's host, as a path that starts with /")
      .optional()
      .meta({ example: "/srv/backups" }),
    encrypted: z.boolean({ error: "true or false" }).default(true),
  },
  { error: "settings of the backups: everyHours, keep, archiveSeconds, directory, encrypted" },
);

const rateLimit = z.strictObject(
  {
    requestsPerSecond: whole(1, 100_000, "requests").meta({ example: 20 }),
    burst: whole(0, 100_000, "requests").default(0),
  },
  { error: "the rate limit: requestsPerSecond and burst" },
);

/**
 * Every setting of the program, with its default. The top-level keys are the keys of `pulumi config`; descriptions are
 * shown in Pulumi.yaml, which a test holds equal to this schema.
 */
export const schema = z.strictObject({
  servers: z
    .array(server, { error: "a list of servers, each with a name and roles" })
    .min(1, "at least one server")
    .default([
      { name: "server1", roles: ["web", "app", "db"], endpoint: LOCAL_ENDPOINT, traffic: "ready" },
      { name: "server2", roles: ["web", "app", "db"], endpoint: LOCAL_ENDPOINT, traffic: "ready" },
    ])
    .describe(
      "The servers: a name, the roles web, app and db that it runs, its Docker endpoint, its weight (1 to 256), maxConnections that a load balancer opens to it, and traffic (ready, drain, maintenance)",
    ),

  loadBalancer: z
    .strictObject(
      {
        algorithm: oneOf(ALGORITHMS).default("roundrobin"),
        hash: hash.optional().meta({ example: { method: "consistent" } }),
        mode: oneOf(MODES).default("active-active"),
        affinity: oneOf(AFFINITIES).default("none"),
        health: health.prefault({}),
        replicas: whole(1, LOAD_BALANCERS.length).default(1),
        pair: pair.optional().meta({ example: {} }),
        address: z.ipv4({ error: "an IPv4 address of the load balancer's host" }).default("127.0.0.1"),
        port: port().default(8080),
        statsPort: port().optional().meta({ example: 8404 }),
        endpoint: endpoint().default(LOCAL_ENDPOINT),
      },
      { error: "settings of the load balancer" },
    )
    .prefault({})
    .describe(
      "The load balancer: algorithm, hash (for source and uri), mode, affinity, health checks, replicas (2: a pair with virtual addresses), pair, address and port that it publishes, statsPort (its statistics page, on 127.0.0.1 only; absent: not published), endpoint",
    ),

  application: z
    .strictObject(
      {
        files: folder().optional().meta({ example: "./my-app" }),
        command: z
          .array(z.string({ error: "text" }).min(1, "text that is not empty"), {
            error: "a list: the program and its arguments",
          })
          .min(1, "the program and its arguments")
          .default(["node", "/app/server.cjs"]),
        port: port().default(3000),
        readinessPath: path().default("/readyz"),
        staticFiles: folder().optional().meta({ example: "./my-app/public" }),
        staticPath: path()
          .refine((text) => text.length > 2 && text.endsWith("/"), "a path that starts and ends with /, like /static/")
          .default("/static/"),
        release: z
          .string({ error: "the name of a kept release" })
          .regex(/^[0-9a-f]{10}$/, "the name of a kept release: 10 hexadecimal digits")
          .optional()
          .meta({ example: "0123456789" }),
      },
      { error: "settings of the application" },
    )
    .prefault({})
    .describe(
      "The application: files (a folder put at /app; absent: the sample application), command, port, readinessPath (answers 200 when requests are welcome), staticFiles (a folder that Nginx serves below staticPath), release (a kept release to go back to; absent: the files as they are)",
    ),

  web: z
    .strictObject(
      {
        maxBodyMb: whole(1, 1024, "MB").default(1),
        requestTimeoutSeconds: whole(1, 3600, "seconds").default(25),
        rateLimit: rateLimit.optional().meta({ example: { requestsPerSecond: 20 } }),
      },
      { error: "settings of the web servers" },
    )
    .prefault({})
    .describe(
      "The web servers: maxBodyMb (larger request bodies are refused), requestTimeoutSeconds (the application's time for an answer), rateLimit (requests per second and burst of one client at one server; absent: none)",
    ),

  mysql: z
    .strictObject(
      {
        replication: oneOf(REPLICATIONS).default("async"),
        primary: name().optional().meta({ example: "server1" }),
        withoutReplica: oneOf(WITHOUT_REPLICA).optional().meta({ example: "wait" }),
        arbiter: z.boolean({ error: "true or false" }).optional().meta({ example: true }),
        acceptNoMajority: z.boolean({ error: "true or false" }).default(false),
        maxLagSeconds: whole(1, 86_400, "seconds").default(30),
        database: z
          .string({ error: "a database name" })
          .regex(/^[a-z]\w{0,62}$/, "a database name of up to 63 lower-case letters, digits and underscores")
          .default("foobar"),
        protect: z.boolean({ error: "true or false" }).default(true),
        memoryMb: whole(768, 1_048_576, "MB").default(1024),
        bufferPoolMb: whole(64, 1_048_576, "MB").optional().meta({ example: 256 }),
        maxConnections: whole(20, 10_000, "connections").optional().meta({ example: 150 }),
        redoLogMb: whole(64, 131_072, "MB").optional().meta({ example: 256 }),
        backup: backup.optional().meta({ example: {} }),
        restored: z
          .string({ error: "the name of a restore" })
          .regex(/^\d{8}t\d{6}z$/, "the name of a restore: the time of it, like 20261121t120000z")
          .optional()
          .meta({ example: "20261121t120000z" }),
      },
      { error: "settings of MySQL" },
    )
    .prefault({})
    .describe(
      "MySQL: replication (async, semisync, group), primary (the server that takes writes; another one is a switchover; default: the first with the role db), withoutReplica (semisync: wait or degrade), arbiter (group: a member on no server, for a majority; default: where the number of databases is even), acceptNoMajority (a group of two without one), maxLagSeconds (a replica that is further behind serves no reads), database, protect (data volumes stay on the engine and destroy spares the passwords that open them), memoryMb of each node, and bufferPoolMb, maxConnections, redoLogMb where the defaults, derived from the memory, do not do, backup (everyHours, keep, archiveSeconds, directory on the host, encrypted; absent: no backups), restored (the restore whose data the databases have; npm run restore sets it)",
    ),

  networks: z
    .strictObject(
      {
        range: z.string({ error: "an IPv4 range in CIDR form" }).default(DEFAULT_RANGE),
        edge: subnet("10.201.0.0/24"),
        web: subnet("10.201.1.0/24"),
        app: subnet("10.201.2.0/24"),
        data: subnet("10.201.3.0/24"),
        replication: subnet("10.201.4.0/24"),
        router: subnet("10.201.5.0/24"),
      } satisfies Record<NetworkName | "range", z.ZodType>,
      { error: "the range of all networks, and subnets by network" },
    )
    .prefault({})
    .describe(
      "The networks: range (all their addresses, from /16 to /24: each network has a sixteenth of it, in the order edge, web, app, data, replication, router), and by network a subnet in the place of that part; in CIDR form, they may not overlap",
    ),

  images: z
    .strictObject(
      {
        haproxy: image("haproxy:3.2.26"),
        namespace: image("haproxy:3.2.26"),
        nginx: image("nginx:1.30.6"),
        application: image("node:24.22.2-slim"),
        router: image("haproxy:3.2.26"),
        mysql: image("mysql:9.7.4"),
      },
      { error: "image names" },
    )
    .prefault({})
    .describe(
      "The images, each with an exact tag or digest; any build that honours the official image's contract; namespace holds a load balancer's network namespace: HAProxy's image again, so that a new HAProxy does not replace it; a pair's keepalived is built on it; router is HAProxy's image for the database routers",
    ),
});

export type Settings = z.output<typeof schema>;
export type ServerSettings = Settings["servers"][number];
export type ImageName = keyof Settings["images"];

/** The stack's configuration: complete, and free of contradictions. */
export interface Config extends Omit<Settings, "networks"> {
  readonly project: string;
  readonly stack: string;
  /** The subnet of each network. */
  readonly networks: Readonly<Record<NetworkName, string>>;
  /** Where the subnets come from. */
  readonly networkSettings: Settings["networks"];
}
