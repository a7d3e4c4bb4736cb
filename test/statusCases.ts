import type { Facts } from "../operations/status/facts.ts";
import type { Topology } from "../topology/plan.ts";
import { ago, stopped, wellFacts, withContainer, withDatabase, withSilentEngine, withWaysDown } from "./statusFacts.ts";
import { DEV, HA, MACHINES } from "./statusStacks.ts";

export const ON_SERVER1 = ["web-server1", "app-server1", "router-server1", "mysql-server1"];

const alert = (name: string, severity: string) => ({ name, severity, since: ago(28), summary: "It is." });

/** A state of a stack, and what its status has to be. */
export interface Case {
  readonly state: string;
  readonly topology: Topology;
  readonly facts: Facts;
  readonly exit: 0 | 1 | 2 | 3;
  /** What the screen says. */
  readonly says: readonly RegExp[];
}

export const well = { dev: wellFacts(DEV), ha: wellFacts(HA), machines: wellFacts(MACHINES) };

export const CASES: readonly Case[] = [
  {
    state: "all is well",
    topology: DEV,
    facts: well.dev,
    exit: 0,
    says: [
      /ALL IS WELL +12:00:00Z {2}0\.7 s$/m,
      /server1 {2}web +● 1\.30\.6 .*6 req\/s .*up 3 d 4 h$/m,
      / router +● 3\.2\.26 .*writes → server1 {3}reads → server2/,
      / mysql +● 9\.7\.4 +PRIMARY {3}5 of 128 connections/,
      / mysql +● 9\.7\.4 +replica {3}0\.0 s behind/,
      /release 3fa2b1c04d on server1 and server2/,
      /certificates +3650 d/,
      /alerts +not watched/,
      /can lose +server2 \(reads pause up to 3 s\)/,
      /cannot lose +lb1: the site · server1: writes \(mysql-server1\)/,
    ],
  },
  {
    state: "all is well in a pair with a group",
    topology: HA,
    facts: well.ha,
    exit: 0,
    says: [
      /lb1 +haproxy .*holds 10\.201\.0\.254/,
      /lb2 +haproxy .*stands by/,
      /arbiter +mysql .*votes/,
      /backups +3 h ago, reaches 11:59:20Z/,
      /alerts +none/,
      /can lose +any one of lb1 \(the site pauses up to 2 s\), lb2, /,
      /server1 \(writes pause up to 8\.5 s\)/,
    ],
  },
  {
    state: "a server was stopped by hand",
    topology: HA,
    facts: withWaysDown(stopped(well.ha, ON_SERVER1), ["server1"]),
    exit: 1,
    says: [
      /SERVES, BUT TAKES NO WRITES/,
      /server1 +web +✖ .*exited 137, 41 s ago, stopped by hand/,
      /cure +npm run up -- --refresh/,
      /1 of 2 ready/,
      /no database takes writes/,
    ],
  },
  {
    state: "a server was stopped, and the group has another primary",
    topology: HA,
    facts: withWaysDown(withDatabase(stopped(well.ha, ON_SERVER1), "mysql-server2", { writes: true, isGroup: true }), [
      "server1",
    ]),
    exit: 1,
    says: [
      /SERVES, BUT IS HURT/,
      /server2 .*\n.*\n.*\n +mysql +● 9\.7\.4 +PRIMARY/,
      /cannot lose +server2: the site · arbiter: writes/,
    ],
  },
  {
    state: "the HAProxy of a single load balancer was stopped, and its pause container serves",
    topology: DEV,
    facts: stopped(well.dev, ["haproxy-lb1"]),
    exit: 1,
    says: [/SERVES, BUT IS HURT/, /lb1 +haproxy +✖ .*exited 137/],
  },
  {
    state: "the load balancer was stopped with its network",
    topology: DEV,
    facts: { ...stopped(well.dev, ["haproxy-lb1", "lb1"]), site: { problem: "connect ECONNREFUSED 127.0.0.1:8443" } },
    exit: 2,
    says: [/DOES NOT SERVE/, /the site does not answer this machine: connect ECONNREFUSED/, /lb1 +pause +✖/],
  },
  {
    state: "an application is unhealthy",
    topology: DEV,
    facts: withWaysDown(
      withContainer(well.dev, "app-server2", { health: "unhealthy", said: "503 database unavailable" }),
      ["server2"],
    ),
    exit: 1,
    says: [/app +▲ .*\n? *unhealthy: 503 database unavailable/, /cannot lose.*server1: the site/],
  },
  {
    state: "an application ends again and again for want of memory",
    topology: DEV,
    facts: withContainer(well.dev, "app-server1", {
      state: "restarting",
      exitCode: 137,
      isOutOfMemory: true,
      restarts: 7,
      since: ago(3),
    }),
    exit: 1,
    says: [/ends and is started again, 7 times: exited 137, 3 s ago,\s+out of memory/],
  },
  {
    state: "a container starts",
    topology: DEV,
    facts: withContainer(well.dev, "web-server1", { health: "starting", since: ago(4) }),
    exit: 1,
    says: [/web +◐ .*\n? *starting for 4 s/],
  },
  {
    state: "a container was removed",
    topology: DEV,
    facts: withContainer(well.dev, "router-server2", undefined),
    exit: 1,
    says: [/router +✖ .*has no container/, /cure +npm run up -- --refresh/],
  },
  {
    state: "a database is frozen",
    topology: DEV,
    facts: {
      ...withContainer(well.dev, "mysql-server2", { state: "paused" }),
      databases: new Map([...well.dev.databases].filter(([name]) => name !== "mysql-server2")),
    },
    exit: 1,
    says: [/mysql +✖ .*is paused/, /cure +docker unpause/],
  },
  {
    state: "the primary of an asynchronous pair is lost",
    topology: DEV,
    facts: withDatabase(stopped(well.dev, ["mysql-server1"]), "mysql-server2", {
      writes: false,
      problem: "does not receive from mysql-server1.replication",
      state: "alone: mysql-server1, the primary, does not answer",
    }),
    exit: 1,
    says: [
      /SERVES, BUT TAKES NO WRITES/,
      /out of its place: it does not\s+receive\s+from\s+mysql-server1/,
      /npm run database -- failover\s+SERVER/,
      /cannot lose.*server2: reads \(mysql-server2\)/,
    ],
  },
  {
    state: "a replica has errant transactions",
    topology: DEV,
    facts: withDatabase(well.dev, "mysql-server2", {
      writes: false,
      problem: "has errant transactions, which mysql-server1.replication has not: aaaa:1",
      state: "diverged: this node has errant transactions",
    }),
    exit: 1,
    says: [/mysql +▲ 9\.7\.4 +diverged/, /has\s+errant\s+transactions/],
  },
  {
    state: "two databases take writes",
    topology: DEV,
    facts: withDatabase(well.dev, "mysql-server2", {
      writes: true,
      problem: "takes writes, and so does mysql-server1.replication",
    }),
    exit: 1,
    says: [/more than one database takes writes: mysql-server2, mysql-server1/],
  },
  {
    state: "nobody has the virtual address",
    topology: HA,
    facts: {
      ...well.ha,
      addresses: new Map([...well.ha.addresses].map(([name]) => [name, { value: [] }])),
      site: { problem: "connect EHOSTUNREACH 10.201.0.254:443" },
    },
    exit: 2,
    says: [/DOES NOT SERVE/, /no load balancer holds 10\.201\.0\.254/],
  },
  {
    state: "both load balancers have the virtual address",
    topology: HA,
    facts: {
      ...well.ha,
      addresses: new Map([...well.ha.addresses].map(([name]) => [name, { value: ["10.201.0.254"] }])),
    },
    exit: 1,
    says: [/lb1 and lb2 both hold 10\.201\.0\.254/],
  },
  {
    state: "the site answers with errors although every container is healthy",
    topology: DEV,
    facts: { ...well.dev, site: { value: 503 } },
    exit: 2,
    says: [/DOES NOT SERVE/, /the site answers with 503/],
  },
  {
    state: "HAProxy runs and does not answer",
    topology: DEV,
    facts: { ...well.dev, loadBalancers: new Map([["lb1", { problem: "no answer in 1 s" }]]) },
    exit: 1,
    says: [/haproxy +▲ .*HAProxy does not answer: no answer in 1 s/],
  },
  {
    state: "a machine is away",
    topology: MACHINES,
    facts: withDatabase(
      withWaysDown(withSilentEngine(well.machines, MACHINES, ["lb1", "server1"]), ["server1"]),
      "mysql-server2",
      { writes: true, isGroup: true },
    ),
    exit: 1,
    says: [/the engine of .*server1.* does not answer: no\s+answer in 1 s/, /web +\? /, /SERVES, BUT IS HURT/],
  },
  {
    state: "no engine answers",
    topology: DEV,
    facts: {
      ...withSilentEngine(well.dev, DEV, ["lb1", "server1", "server2"]),
      site: { problem: "connect ECONNREFUSED" },
    },
    exit: 3,
    says: [/CANNOT TELL/, /does not answer: no answer in 1 s/],
  },
  {
    state: "the stack is not up",
    topology: DEV,
    facts: {
      ...well.dev,
      containers: new Map([...well.dev.containers].map(([name]) => [name, undefined])),
      loadBalancers: new Map(),
      routers: new Map(),
      databases: new Map(),
      certificates: new Map(),
      site: { problem: "connect ECONNREFUSED" },
    },
    exit: 2,
    says: [/IS NOT UP/, /nothing of the stack is there: npm run up -- --stack dev/],
  },
  {
    state: "two releases run",
    topology: DEV,
    facts: withContainer(well.dev, "app-server2", { release: "aaaaaaaaaa" }),
    exit: 1,
    says: [/release 3fa2b1c04d on server1, aaaaaaaaaa on\s+server2/, /the servers run different releases/],
  },
  {
    state: "a certificate ends soon",
    topology: DEV,
    facts: {
      ...well.dev,
      certificates: new Map([["lb1", { value: { from: ago(88 * 86_400), to: ago(-5 * 86_400) } }]]),
    },
    exit: 1,
    says: [/certificates +5 d left on lb1/],
  },
  {
    state: "a certificate has ended",
    topology: DEV,
    facts: { ...well.dev, certificates: new Map([["lb1", { value: { from: ago(90 * 86_400), to: ago(7_200) } }]]) },
    exit: 1,
    says: [/certificates +ENDED 2 h ago on lb1/],
  },
  {
    state: "the last backup is too old",
    topology: HA,
    facts: { ...well.ha, backups: { value: { takenAt: ago(3 * 86_400), reaches: ago(7_200), problems: [] } } },
    exit: 1,
    says: [/backups +3 d ago, LATE, reaches 10:00:00Z, BEHIND/],
  },
  {
    state: "an alert fires",
    topology: HA,
    facts: { ...well.ha, alerts: { value: [alert("ServerDown", "page")] } },
    exit: 1,
    says: [/SERVES, BUT IS HURT/, /alerts +ServerDown 28 s/],
  },
  {
    state: "Alertmanager does not answer",
    topology: HA,
    facts: { ...well.ha, alerts: { problem: "its container does not run" } },
    exit: 1,
    says: [/alerts +unknown: its container does not run/],
  },
];
