import { type Case, ON_SERVER1, well } from "./statusCase.ts";
import { stopped, withContainer, withDatabase, withWaysDown } from "./statusFacts.ts";
import { DEV, HA } from "./statusStacks.ts";

/** The states of the databases. */
export const DATABASE_CASES: readonly Case[] = [
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
      /npm run database -- failover\s+server2/,
      /cannot lose.*server2: reads \(mysql-server2\)/,
    ],
  },
  {
    state: "a database of another version says a word that this one does not know",
    topology: DEV,
    facts: withDatabase(well.dev, "mysql-server2", {
      writes: false,
      problem: "does not receive from mysql-server1.replication",
      state: "dreaming: of another version",
    }),
    exit: 1,
    says: [/mysql +\S .*dreaming/, /its\s+node:\s+dreaming:\s+of\s+another\s+version/],
  },
  {
    state: "nobody is the primary, and either of two databases could be",
    topology: DEV,
    facts: ["mysql-server1", "mysql-server2"].reduce(
      (facts, name) => withDatabase(facts, name, { writes: false, problem: "has no source", state: "alone" }),
      well.dev,
    ),
    exit: 1,
    says: [/npm run database -- failover\s+SERVER/],
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
    state: "the agent of a replica is dead: nothing stops",
    topology: DEV,
    facts: withDatabase(stopped(well.dev, ["agent-server2"]), "mysql-server2", { writes: false, silentSeconds: 41 }),
    exit: 1,
    says: [/agent +✖ .*exited 137/, /mysql +▲ 9\.7\.4 +replica/, /its\s+agent\s+has\s+been\s+silent\s+for\s+41\s+s/],
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
    state: "the primary is too busy to answer in time, and routers see that it takes writes",
    topology: DEV,
    facts: {
      ...well.dev,
      databases: new Map([...well.dev.databases, ["mysql-server1", { problem: "no answer in 1 s" }]]),
    },
    exit: 1,
    says: [/SERVES, BUT IS HURT/, /mysql +▲ .*MySQL does not answer: no answer in 1 s/, /can lose +server2/],
  },
];
