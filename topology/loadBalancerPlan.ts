import type { HttpMode, Traffic } from "../config/choices.ts";
import type { Pem } from "../config/kinds.ts";
import type { Settings } from "../config/schema.ts";
import type { ReadinessPlan } from "./applicationPlan.ts";
import type { InstancePlan, PublishedPort } from "./instancePlan.ts";

/** The site by HTTP and HTTPS, the same for each load balancer. */
export interface SitePlan {
  /** The host names that are served, in lower case; none: all are. */
  readonly names: readonly string[];
  readonly http: HttpMode;
  readonly profile: Settings["loadBalancer"]["tls"]["profile"];
  readonly http3: boolean;
  /** The port by which visitors reach HTTPS through something in front that forwards it; undefined: they come directly. */
  readonly publicHttpsPort: number | undefined;
  /** How each load balancer gets a certificate by ACME; undefined: it does not. */
  readonly acme: AcmePlan | undefined;
  /** The header Strict-Transport-Security; undefined: it is not sent. */
  readonly hsts: string | undefined;
  /** Whether the user has set HSTS. Otherwise it is as by default. */
  readonly isHstsChosen: boolean;
}

/** How HAProxy gets a certificate for the site's names from an authority, by ACME (RFC 8555) and the challenge http-01. */
export interface AcmePlan {
  /** The URL at which the authority's services are listed. */
  readonly directory: string;
  readonly email: string;
  /** The authority that the directory's server is verified by; undefined: the public ones. */
  readonly ca: Pem | undefined;
}

/** PEM texts, or the paths of their files relative to the project. */
export interface OwnCertificate {
  readonly certificate: Pem;
  readonly key: Pem;
}

/** A route that a request can take: through a web server to an application server. HAProxy's `server`. */
export interface BackendPlan {
  /** The server's name, or both if the two servers differ: server1-server2. */
  readonly name: string;
  /** The servers on the route. */
  readonly servers: readonly string[];
  /** The web server's address. */
  readonly address: string;
  /** The web server's port for that application server. */
  readonly port: number;
  readonly weight: number;
  /** Connections that one load balancer opens on it; further requests wait in a queue. undefined: no limit. */
  readonly maxConnections: number | undefined;
  readonly traffic: Traffic;
  /** Whether it gets requests only when all other routes are down. */
  readonly backup: boolean;
}

/** How HAProxy chooses a route, in the terms of its `balance` and `hash-type`. */
export interface BalancePlan {
  readonly algorithm: Settings["loadBalancer"]["algorithm"];
  /** undefined: the algorithm does not hash. */
  readonly hash: { readonly method: "consistent" | "map-based"; readonly uriOptions: readonly string[] } | undefined;
}

export interface HealthPlan {
  readonly intervalMs: number;
  /** The interval between checks of a server whose state is about to change. */
  readonly fastIntervalMs: number;
  readonly fall: number;
  readonly rise: number;
  readonly observe: "off" | "connection" | "response";
  /** 0: none. */
  readonly slowStartSeconds: number;
}

/**
 * A load balancer's part in the redundancy protocol VRRP. On one machine keepalived is in the load balancer's network
 * namespace; of a pair on two machines each is in its host's.
 */
export interface VrrpPlan {
  /** The address from which its adverts come: its own in the edge network, or its host's in the LAN. */
  readonly address: string;
  readonly peers: readonly string[];
  /** Bits of the network's mask; undefined: those of the interface's own address. */
  readonly prefix: number | undefined;
  /** The interface that gets the virtual addresses; undefined: the one with `address`. */
  readonly interface: string | undefined;
  /** Whether keepalived is in its host's network, not in the load balancer's. */
  readonly isOnHost: boolean;
  /** The port of HAProxy's health: at `address` on a host, else at 127.0.0.1. */
  readonly healthPort: number;
  /** One for each virtual address. */
  readonly instances: readonly {
    readonly routerId: number;
    readonly virtualAddress: string;
    /** The healthy load balancer with the highest priority has the address. */
    readonly priority: number;
  }[];
}

/** Who may reach a load balancer, whose word about visitors counts, and what answers tell visitors. */
export interface VisitorsPlan {
  /** The blocks that connections may come from; undefined: all. */
  readonly sources: readonly string[] | undefined;
  /** The proxies that say who the visitor is; undefined: nobody does. */
  readonly proxies: { readonly protocol: "forwarded" | "proxy"; readonly addresses: readonly string[] } | undefined;
  /** The blocks of the visitors who may reach the site; undefined: everybody may. */
  readonly admitted: readonly string[] | undefined;
  /** The blocks that may reach the statistics. */
  readonly statisticsAdmitted: readonly string[];
  /** The address that clients on the load balancer's host have: the edge network's gateway. */
  readonly host: string;
  /** 0: no limit. */
  readonly connectionsPerSource: number;
  readonly unusualHeaders: Settings["loadBalancer"]["underscores"];
  /** Headers of every answer that has none of the same name. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/**
 * A load balancer: HAProxy, and a pause container that owns the network namespace with the addresses and the published
 * ports, so that HAProxy can be replaced without losing a connection.
 */
export interface LoadBalancerPlan {
  readonly name: string;
  readonly host: string;
  /** The address by which other machines reach its host; undefined: its host is the user's machine, or not known. */
  readonly hostAddress: string | undefined;
  /** The pause container. In a pair on one machine it runs keepalived. */
  readonly pause: InstancePlan;
  /** keepalived in its host's network, for a pair on two machines with virtual addresses. */
  readonly keepalived: InstancePlan | undefined;
  readonly haproxy: InstancePlan;
  /** In the order of the container's ports. */
  readonly published: readonly PublishedPort[];
  readonly site: SitePlan;
  /** The volume that keeps a certificate of ACME. The program never replaces it. */
  readonly certificateVolume: string;
  /** undefined: there is one load balancer. */
  readonly vrrp: VrrpPlan | undefined;
  /**
   * All load balancers, this one included, with their addresses: they share the table of clients. On one machine they
   * reach each other in the edge network. Between two machines they do it by TLS.
   */
  readonly peers: readonly { readonly name: string; readonly address: string }[];
  /** Whether it is one of a pair on two machines. */
  readonly isApart: boolean;
  /** Whether its web servers are on other machines, which can vanish without a word. */
  readonly isSeveral: boolean;
  readonly balance: BalancePlan;
  readonly affinity: Settings["loadBalancer"]["affinity"];
  readonly health: HealthPlan;
  readonly backends: readonly BackendPlan[];
  readonly readiness: ReadinessPlan;
  /** The application's time limits for answers, and the time for which what has begun may go on at a replacement. */
  readonly limits: Pick<Settings["web"], "requestTimeoutSeconds" | "idleSeconds" | "finishSeconds">;
  /** Its own address in the edge network. */
  readonly address: string;
  /** Where it listens for visitors: its own address, and the virtual addresses of a pair on one machine. */
  readonly listenAddresses: readonly string[];
  readonly visitors: VisitorsPlan;
  /** Where Prometheus and its probe reach it, beside its published ports. undefined: nobody watches it. */
  readonly watched: { readonly address: string; readonly addresses: readonly string[] } | undefined;
}
