/** A promise: the longest time for which something is away, and the drill that measures it. */
export interface Promised {
  readonly seconds: number;
  /** undefined: no drill does; `npm run explain -- --verify` does. */
  readonly drill?: string;
}

/**
 * The longest times until something else does the work, or until the engine has started it again, in seconds. The limits
 * of drills come from here or are lower, so that what is promised is what is measured.
 */
export const SECONDS = {
  /** Another load balancer takes over the virtual address of a pair. */
  address: { seconds: 2, drill: "kill-haproxy" },
  /** Clients try the next address of the site's name, where none moves between load balancers. */
  names: { seconds: 30 },
  /** The pause container of a single load balancer serves in the place of an HAProxy that was stopped. */
  standIn: { seconds: 15 },
  /** The engine starts HAProxy again. */
  haproxyRestart: { seconds: 3, drill: "kill-haproxy" },
  /** The engine starts a pause container again, which then serves. */
  pauseRestart: { seconds: 15 },
  /** Requests go to the other web servers and applications. */
  way: { seconds: 2, drill: "kill-nginx" },
  /** The engine starts a web server or a router again. */
  webRestart: { seconds: 5 },
  /** The engine starts an application, or another process of it, again. */
  applicationRestart: { seconds: 20 },
  /** An application without its router answers with errors, until it has been unready for its grace of 30 s. */
  router: { seconds: 35 },
  /** The routers send readers to another database. */
  reads: { seconds: 3, drill: "database-kill-primary" },
  /**
   * A group elects another primary. MySQL suspects a member after 5 s of silence, a fixed value. The drill, which
   * writes past the application, allows a second less: the application tries again twice a second.
   */
  election: { seconds: 8.5, drill: "database-kill-primary" },
  /** A group expels a member, or accepts it. */
  regroup: { seconds: 4, drill: "database-kill-replicas" },
  /**
   * The same two without the address of the lost member, as when its container is lost. If another member was started
   * since the last loss, those that are left first have to find each other again, while they still wait for the lost one:
   * the drills, in which nothing is started before, see the seconds above.
   */
  electionWithoutAddress: { seconds: 25 },
  regroupWithoutAddress: { seconds: 18 },
  /** A semisync primary with `degrade` stops to wait for its replica. */
  degrade: { seconds: 3, drill: "database-kill-replicas" },
  /** The engine starts a database again, which then recovers. */
  databaseRestart: { seconds: 20, drill: "database-kill-primary" },
  /** The engine starts the container of the backups again. */
  backupRestart: { seconds: 20 },
} as const satisfies Readonly<Record<string, Promised>>;
