import { ROOT_CLIENT } from "../../../../components/mysqlCluster/client.ts";
import type { Stack } from "../../../stack/stack.ts";
import { promote } from "../../database/promote.ts";
import { storedRows, TABLE } from "../../database/rows.ts";
import type { DrillContext } from "../../drill.ts";
import type { Cause } from "../cause.ts";
import { whileDead } from "../dead.ts";

const dataNodes = ({ topology }: Stack) => topology.cluster.databases.filter(({ role }) => role !== "arbiter");
const isGroup = ({ topology }: Stack) => topology.cluster.replication === "group";
const needsReplica = (stack: Stack) => (dataNodes(stack).length < 2 ? "the stack has one database" : undefined);

/** The databases that have the data, and take no writes. */
async function replicas(context: DrillContext): Promise<string[]> {
  const primary = await context.databases.primary();
  return dataNodes(context)
    .map(({ name }) => name)
    .filter((name) => name !== primary);
}

async function aReplica(context: DrillContext): Promise<string> {
  const [replica] = await replicas(context);
  if (replica === undefined) throw new Error("the stack has no replica");
  return replica;
}

/** A group keeps its majority. */
const dispensable = (stack: Stack) => (isGroup(stack) ? 1 : dataNodes(stack).length - 1);

/** The longest that a session of a drill is open, even if the drill has died. */
const SESSION_SECONDS = 400;

/** Keeps sessions open that have run a statement first, and ends them after the work. */
async function whileOpen(
  { containers, databases }: DrillContext,
  name: string,
  { statement, sessions }: { readonly statement: string; readonly sessions: number },
  work: () => Promise<void>,
): Promise<void> {
  const text = `${statement}; DO SLEEP(${SESSION_SECONDS})`;
  const line = `for ((i = 0; i < ${sessions}; i++)); do timeout ${SESSION_SECONDS} ${ROOT_CLIENT} --execute="$1" & done; wait`;
  const open = containers.execute(name, ["bash", "-c", line, "bash", text]).catch(() => undefined);
  try {
    await work();
  } finally {
    const mine = `SELECT id FROM performance_schema.processlist WHERE info LIKE 'DO SLEEP(${SESSION_SECONDS})%'`;
    for (const [id] of await databases.ask(name, mine)) await databases.ask(name, `KILL ${id}`).catch(() => undefined);
    await open;
  }
}

/** Sessions that a drill opens, and room for those that the stack opens meanwhile. */
const SESSIONS = 24;
const ROOM = 3;

const needsAgentFigures = ({ topology }: Stack) =>
  topology.monitoring?.watched.agents.length === 0
    ? "nobody reads the agents' figures: monitoring.machines"
    : undefined;

export const DATABASE_CAUSES: readonly Cause[] = [
  // First, as the loss of a group's primary moves it, too.
  {
    name: "alert-primary-moved",
    does: "another database becomes the primary",
    alerts: () => ["PrimaryMoved"],
    obstacle: needsReplica,
    lastsSeconds: 120,
    stays: "it looks back for two minutes",
    async produce(context, untilFired) {
      const [first, other] = [await context.databases.primary(), await aReplica(context)];
      context.say(`making ${other} the primary`);
      await promote(context, other);
      try {
        await untilFired();
      } finally {
        await promote(context, first);
      }
    },
  },
  {
    name: "alert-no-primary",
    does: "no database takes writes",
    alerts: (stack) => ["NoPrimary", ...(isGroup(stack) ? ["GroupMemberLost", "GroupWithoutMajority"] : [])],
    mayPage: ["NoServerReady", "SiteDown"],
    obstacle: () => undefined,
    async produce(context, untilFired) {
      const primary = await context.databases.primary();
      const { databases } = context.topology.cluster;
      const others = databases.filter(({ name }) => name !== primary).map(({ name }) => name);
      const majority = Math.floor(databases.length / 2);
      await whileDead(context, [primary, ...(isGroup(context) ? others.slice(0, majority) : [])], untilFired);
    },
  },
  {
    name: "alert-replicas-dead",
    does: "every replica is dead that the stack can lose",
    alerts: (stack) => [
      ...(dataNodes(stack).length - 1 === dispensable(stack) ? ["NoReplica"] : []),
      ...(isGroup(stack) ? ["GroupMemberLost"] : []),
      "InstanceDown",
    ],
    obstacle: needsReplica,
    produce: async (context, untilFired) =>
      whileDead(context, (await replicas(context)).slice(0, dispensable(context)), untilFired),
  },
  {
    name: "alert-agent-dead",
    does: "the agent of a database is dead",
    alerts: () => ["AgentSilent"],
    obstacle: needsAgentFigures,
    lastsSeconds: 45,
    async produce(context, untilFired) {
      const [plan] = context.topology.cluster.databases;
      await whileDead(context, plan === undefined ? [] : [plan.agent.name], untilFired);
    },
  },
  {
    name: "alert-lag",
    does: "a replica applies nothing while its primary writes",
    alerts: () => ["ReplicationLags"],
    obstacle: needsReplica,
    lastsSeconds: 30,
    async produce(context, untilFired) {
      const { databases, topology, say, wait } = context;
      const rows = storedRows(databases, topology.database);
      await rows.make();
      const [primary, replica] = [await databases.primary(), await aReplica(context)];
      const table = `\`${topology.database}\`.${TABLE}`;
      try {
        await wait(2);
        say(`locking a table of ${replica}, and writing a row to ${primary}`);
        await whileOpen(context, replica, { statement: `LOCK TABLES ${table} READ`, sessions: 1 }, async () => {
          await wait(2);
          // A semisync primary waits for the receipt alone.
          await databases.ask(primary, `INSERT INTO ${table} (number) VALUES (1)`);
          await untilFired();
        });
      } finally {
        await rows.remove();
      }
    },
  },
  {
    name: "alert-connections",
    does: "a database has hardly a connection left",
    alerts: () => ["ConnectionsShort"],
    obstacle: needsReplica,
    async produce(context, untilFired) {
      const { databases, say } = context;
      const replica = await aReplica(context);
      const [row] = await databases.ask(
        replica,
        "SELECT @@GLOBAL.max_connections, variable_value FROM performance_schema.global_status WHERE variable_name = 'Threads_connected'",
      );
      const [most, used] = [Number(row?.[0]), Number(row?.[1])];
      say(`leaving ${replica} ${ROOM} connections`);
      await whileOpen(context, replica, { statement: "DO 0", sessions: SESSIONS }, async () => {
        await databases.ask(replica, `SET GLOBAL max_connections = ${used + SESSIONS + ROOM}`);
        try {
          await untilFired();
        } finally {
          await databases.ask(replica, `SET GLOBAL max_connections = ${most}`);
        }
      });
    },
  },
];
