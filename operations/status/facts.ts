import type { Report } from "../database/assessment.ts";

/** An answer, or why there is none, in words that follow "does not answer: ". */
export type Answer<T> = { readonly value: T } | { readonly problem: string };

/** What an engine says of a service's container. */
export interface ContainerFacts {
  /** By which the engine's own commands know it. */
  readonly name: string;
  /** As the engine names it: running, paused, restarting, exited, created, removing, dead. */
  readonly state: string;
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  /** Why the engine could not start it; empty: it could. */
  readonly error: string;
  /** Since when it runs, or when it ended. */
  readonly since: Date;
  /** undefined: it has no check. */
  readonly health: "healthy" | "starting" | "unhealthy" | undefined;
  /** The last line of its last check's output; may be empty. */
  readonly said: string;
  /** How often the engine has started it again. */
  readonly restarts: number;
  /** The version of its program; undefined: its image does not say it. */
  readonly version: string | undefined;
  /** The release of the application; undefined: it has none. */
  readonly release: string | undefined;
}

/** A way of HAProxy's to a web server. */
export interface RouteFacts {
  /** As in the plan's backends. */
  readonly name: string;
  /** As HAProxy names it: UP, DOWN, MAINT, DRAIN, "DOWN 1/2". */
  readonly status: string;
  readonly requestsPerSecond: number;
  /** The average time until the answers begin, of the last 1024 requests of the list that served last. */
  readonly answerMs: number;
}

/** What a HAProxy says of itself. */
export interface LoadBalancerFacts {
  readonly requestsPerSecond: number;
  /** Answers 5xx since it started. */
  readonly failed: number;
  readonly routes: readonly RouteFacts[];
}

/** What a database router says of itself, by the names of its targets. */
export interface RouterFacts {
  readonly writesTo: readonly string[];
  readonly readsFrom: readonly string[];
  /** Open connections of clients, and the most that it opens to a database. */
  readonly connections: number;
}

/** What a database says of itself. */
export interface DatabaseFacts {
  /** The first line of its node's state; empty: none yet. */
  readonly state: string;
  /** The seconds for which its agent has not looked after it. undefined: it does. */
  readonly silentSeconds: number | undefined;
  /** undefined: MySQL does not answer. */
  readonly server:
    | {
        readonly report: Report;
        readonly lagSeconds: number;
        readonly connections: number;
        readonly maxConnections: number;
      }
    | undefined;
  /** Why it is out of its place, in words that follow its name; undefined: it is in its place. */
  readonly problem: string | undefined;
}

/** The time for which a certificate is valid. */
export interface CertificateFacts {
  readonly from: Date;
  readonly to: Date;
}

export interface BackupFacts {
  /** When the newest full backup was taken; undefined: there is none yet. */
  readonly takenAt: Date | undefined;
  /** The moment until which everything is archived behind it. */
  readonly reaches: Date | undefined;
  /** The activities whose last attempt failed: full, archive, storage, manifests, newest. */
  readonly failing: readonly string[];
}

export interface AlertFacts {
  readonly name: string;
  readonly severity: string;
  readonly since: Date;
  readonly summary: string;
  /** The document with what to do about it. */
  readonly runbook: string;
}

export interface EngineFacts {
  readonly hosts: readonly string[];
  readonly endpoint: string;
  /** Why it does not answer; undefined: it does. */
  readonly problem: string | undefined;
}

/** All that was found out about a stack at one moment. */
export interface Facts {
  readonly at: Date;
  /** How long it took to find out. */
  readonly seconds: number;
  readonly engines: readonly EngineFacts[];
  /** By service. A service of an engine that does not answer is left out; undefined: it has no container. */
  readonly containers: ReadonlyMap<string, ContainerFacts | undefined>;
  /** By load balancer. Those whose container does not run are left out, as in all that follow. */
  readonly loadBalancers: ReadonlyMap<string, Answer<LoadBalancerFacts>>;
  /** The addresses in its network, by load balancer of a pair. */
  readonly addresses: ReadonlyMap<string, Answer<readonly string[]>>;
  /** By the router's service. */
  readonly routers: ReadonlyMap<string, Answer<RouterFacts>>;
  /** By the database's service. */
  readonly databases: ReadonlyMap<string, Answer<DatabaseFacts>>;
  /** By load balancer, the time of the certificate that it serves. Those that this machine does not reach are left out. */
  readonly certificates: ReadonlyMap<string, Answer<CertificateFacts>>;
  /** The status of an answer to a visitor's request; undefined: it cannot be asked from here. */
  readonly site: Answer<number> | undefined;
  /** undefined: no backups are taken. */
  readonly backups: Answer<BackupFacts> | undefined;
  /** undefined: the stack is not watched. */
  readonly alerts: Answer<readonly AlertFacts[]> | undefined;
}
