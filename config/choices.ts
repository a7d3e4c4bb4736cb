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

/** The engine that `docker` itself talks to when nothing else is said. */
export const LOCAL_ENDPOINT = "unix:///var/run/docker.sock";
