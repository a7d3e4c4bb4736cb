/** The roles of a server. */
export const ROLES = ["web", "app", "db"] as const;
export type Role = (typeof ROLES)[number];

/**
 * How the load balancer chooses a server; HAProxy's names (https://docs.haproxy.org/3.2/configuration.html, balance).
 */
export const ALGORITHMS = ["roundrobin", "static-rr", "leastconn", "source", "uri", "random"] as const;

/** active-active: all servers take requests. active-passive: the first takes them, and the next when it fails. */
export const MODES = ["active-active", "active-passive"] as const;

/**
 * How a visitor stays with a server: by a cookie that the load balancer sets, or by the client's address in a table.
 */
export const AFFINITIES = ["none", "cookie", "address"] as const;

/**
 * The positions of a server's maintenance switch. drain: no new visitors; visitors whose session is bound to it stay.
 * maintenance: no new requests at all. Requests in flight are finished in both.
 */
export const TRAFFIC = ["ready", "drain", "maintenance"] as const;
export type Traffic = (typeof TRAFFIC)[number];

/** Plain HTTP: it leads to HTTPS, it is served like HTTPS, or its port is not published. */
export const HTTP_MODES = ["redirect", "serve", "off"] as const;
export type HttpMode = (typeof HTTP_MODES)[number];

/** Mozilla's profiles for servers (https://wiki.mozilla.org/Security/Server_Side_TLS), version 6.0 of the guideline. */
export const HTTPS_PROFILES = ["intermediate", "modern"] as const;

/** How a trusted proxy names the visitor: by headers of the request, or by the PROXY protocol before it. */
export const PROXY_PROTOCOLS = ["forwarded", "proxy"] as const;

/** Headers whose names have other characters than letters, digits and hyphens: passed on, or the request is refused. */
export const UNUSUAL_HEADERS = ["pass", "refuse"] as const;

/** Whether the application can write outside of its folders for that. */
export const ROOT_FILESYSTEMS = ["read-only", "writable"] as const;

/** How the application gets its databases' URLs, which hold its password. */
export const DATABASE_URLS = ["variable", "file"] as const;

/** The severities of alerts, from the highest to the lowest. */
export const SEVERITIES = ["page", "warn", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How the connection to a mail server is encrypted. */
export const MAIL_TLS = ["starttls", "implicit", "none"] as const;

/**
 * The networks that have a setting. Their order decides which part of the range each one has: add a new one at the end.
 */
export const NETWORKS = ["edge", "web", "app", "data", "replication", "router", "outbound", "monitor"] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** Of these, every application server has a network of its own, in a part of the setting's subnet. */
export const SERVER_NETWORKS = ["app", "router"] as const;
export type ServerNetworkName = (typeof SERVER_NETWORKS)[number];

/** The default range of all networks. */
export const DEFAULT_RANGE = "10.201.0.0/20";

/**
 * How MySQL replicates. async: a commit waits for no replica. semisync: a commit waits until a replica has received it.
 * group: a commit waits until a majority has received it, and the members elect another primary when theirs is lost.
 */
export const REPLICATIONS = ["async", "semisync", "group"] as const;
export type Replication = (typeof REPLICATIONS)[number];

/** A semisync primary without a replica: it waits with every commit, or commits at the risk of losing it. */
export const WITHOUT_REPLICA = ["wait", "degrade"] as const;

/** The load balancers' names as hosts; no server can have one of them. */
export const LOAD_BALANCERS = ["lb1", "lb2"] as const;

/** The name, as a host, of the group's member that is on no server. */
export const ARBITER = "arbiter";

/** A pair of load balancers on two machines without an address that moves between them. */
export const NO_ADDRESSES = "none";

/** The endpoint that the command `docker` uses by default. */
export const LOCAL_ENDPOINT = "unix:///var/run/docker.sock";

/** More than anybody ever changes a secret. */
export const MOST_GENERATIONS = 9_999;
