import ipaddr from "ipaddr.js";
import { z } from "zod";

/** What a server can run. */
export const ROLES = ["web", "app", "db"] as const;
export type Role = (typeof ROLES)[number];

/** How the load balancer chooses a web server. */
export const ALGORITHMS = ["roundrobin"] as const;

/** Networks from the outside in; each pair of neighbours in the request's path shares exactly one. */
export const NETWORKS = ["edge", "web", "app", "data", "replication"] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** The load balancer's place among the servers' names. */
export const LOAD_BALANCER = "lb1";

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

const port = () => {
  const range = "a whole number from 1 to 65535";
  return z.int({ error: range }).min(1, range).max(65535, range);
};

const endpoint = () =>
  z
    .string({ error: "a Docker endpoint" })
    .regex(/^(unix:\/\/\/|tcp:\/\/|ssh:\/\/).+/, "a Docker endpoint: unix:///path, tcp://host:port or ssh://user@host")
    .meta({ example: LOCAL_ENDPOINT });

const subnet = (example: string) =>
  z
    .string({ error: "an IPv4 subnet in CIDR form" })
    .refine(
      isSubnet,
      "an IPv4 subnet in CIDR form whose host bits are zero, from /16 to /28 (it holds the gateway and the containers)",
    )
    .default(example);

const image = (example: string) =>
  z
    .string({ error: "an image name with an exact tag" })
    .regex(
      IMAGE,
      "an image name with an exact tag or digest, name:tag or name@sha256:… (latest moves, so it is refused)",
    )
    .default(example);

function isSubnet(text: string): boolean {
  if (!ipaddr.IPv4.isValidCIDR(text)) return false;
  const [address, bits] = ipaddr.IPv4.parseCIDR(text);
  const network = ipaddr.IPv4.networkAddressFromCIDR(text);
  return bits >= 16 && bits <= 28 && address.toString() === network.toString();
}

const server = z.strictObject(
  {
    name: name()
      .refine((text) => text !== LOAD_BALANCER, `a name other than ${LOAD_BALANCER}, which is the load balancer's`)
      .meta({ example: "server1" }),
    roles: z
      .array(oneOf(ROLES), { error: `a list of roles: ${ROLES.join(", ")}` })
      .min(1, `at least one of ${ROLES.join(", ")}`)
      .meta({ example: "web" }),
    endpoint: endpoint().default(LOCAL_ENDPOINT),
  },
  { error: "a server: name, roles and, where it is not this machine, endpoint" },
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
      { name: "server1", roles: ["web", "app", "db"], endpoint: LOCAL_ENDPOINT },
      { name: "server2", roles: ["web", "app", "db"], endpoint: LOCAL_ENDPOINT },
    ])
    .describe("The servers: a name, the roles web, app and db that it runs, and its Docker endpoint"),

  loadBalancer: z
    .strictObject(
      {
        algorithm: oneOf(ALGORITHMS).default("roundrobin"),
        address: z.ipv4({ error: "an IPv4 address of the load balancer's host" }).default("127.0.0.1"),
        port: port().default(8080),
        statsPort: port().optional().meta({ example: 8404 }),
        endpoint: endpoint().default(LOCAL_ENDPOINT),
      },
      { error: "settings of the load balancer" },
    )
    .prefault({})
    .describe(
      "The load balancer: algorithm (roundrobin), address and port that it publishes, statsPort (its statistics page, on 127.0.0.1 only; absent: not published), endpoint",
    ),

  application: z
    .strictObject(
      {
        files: z.string({ error: "a folder" }).min(1, "a folder").optional().meta({ example: "./my-app" }),
        command: z
          .array(z.string({ error: "text" }).min(1, "text that is not empty"), {
            error: "a list: the program and its arguments",
          })
          .min(1, "the program and its arguments")
          .default(["node", "/app/server.cjs"]),
        port: port().default(3000),
        readinessPath: z
          .string({ error: "a path that starts with /" })
          .regex(/^\/[\w./-]*$/, "a path that starts with / and holds letters, digits, dots, hyphens and underscores")
          .default("/readyz"),
      },
      { error: "settings of the application" },
    )
    .prefault({})
    .describe(
      "The application: files (a folder put at /app; absent: the sample application), command, port, readinessPath (answers 200 when requests are welcome)",
    ),

  mysql: z
    .strictObject(
      {
        primary: name().optional().meta({ example: "server1" }),
        database: z
          .string({ error: "a database name" })
          .regex(/^[a-z]\w{0,62}$/, "a database name of up to 63 lower-case letters, digits and underscores")
          .default("foobar"),
        protect: z.boolean({ error: "true or false" }).default(true),
      },
      { error: "settings of MySQL" },
    )
    .prefault({})
    .describe(
      "MySQL: primary (the server that takes writes; default: the first with the role db), database, protect (data volumes and passwords outlive destroy)",
    ),

  networks: z
    .strictObject(
      {
        edge: subnet("10.201.0.0/24"),
        web: subnet("10.201.1.0/24"),
        app: subnet("10.201.2.0/24"),
        data: subnet("10.201.3.0/24"),
        replication: subnet("10.201.4.0/24"),
      } satisfies Record<NetworkName, z.ZodType>,
      { error: "subnets by network" },
    )
    .prefault({})
    .describe("The subnet of each network, in CIDR form; they may not overlap"),

  images: z
    .strictObject(
      {
        haproxy: image("haproxy:3.2.26"),
        nginx: image("nginx:1.30.6"),
        application: image("node:24.22.2-slim"),
        mysql: image("mysql:9.7.4"),
      },
      { error: "image names" },
    )
    .prefault({})
    .describe("The images, each with an exact tag or digest; any build that honours the official image's contract"),
});

export type Settings = z.output<typeof schema>;
export type ServerSettings = Settings["servers"][number];
export type ImageName = keyof Settings["images"];
