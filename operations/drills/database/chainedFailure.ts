import { HELD, UNAPPLIED, UNAPPLIED_IN_GROUP } from "../../../agent/sql.ts";
import { ROOT_CLIENT } from "../../../components/mysqlCluster/client.ts";
import { untilTrue } from "../../../engine/eventually.ts";
import { beginGroup } from "../../database/beginGroup.ts";
import { planFailover } from "../../database/failover.ts";
import { askMembers, comparisons, countOf, type Member } from "../../database/members.ts";
import { nodesOf } from "../../database/nodes.ts";
import { promote } from "../../database/promote.ts";
import { planRecovery } from "../../database/recovery.ts";
import type { DatabaseContext, DatabaseDrill } from "./drill.ts";
import { TABLE } from "./rows.ts";

/** The longest time until the others have received transactions, and until they are back after they were killed. */
const WAIT_SECONDS = 120;
const POLL_SECONDS = 0.25;
/** Time without a primary, in which the others restart, the operator decides and received transactions are applied. */
const OUTAGE_MS = 60_000;

/**
 * All databases are killed while the others have received rows that they have not applied, and the primary stays away.
 * The failover or recovery that follows must lose no acknowledged row.
 */
export const CHAINED_FAILURE: DatabaseDrill = {
  name: "database-chained-failure",
  proves:
    "when all databases are killed and the primary stays away, the others have every acknowledged row, applied or only received",
  obstacle({ topology: { cluster } }) {
    if (cluster.databases.length < 2) return "the stack has one database, and no other could take its place";
    return cluster.replication === "async" ? "async acknowledges rows that no other database has" : undefined;
  },
  limit: () => ({
    lost: 0,
    duplicated: 0,
    gapMs: OUTAGE_MS,
    redundantAfterMs: 2 * OUTAGE_MS,
    failedReads: 2_000,
    readGapMs: OUTAGE_MS,
  }),
  async run(context) {
    const { containers, databases, primary, rate, say, topology, untilInPlace } = context;
    const others = topology.cluster.databases.map(({ name }) => name).filter((name) => name !== primary);
    const nodes = nodesOf(containers);

    say(`blocking the applier of ${others.join(", ")}`);
    // Each lock ends with its server.
    const locks = others.map((name) => containers.execute(name, holding(topology.database)).catch(() => undefined));
    let began: number | undefined;
    try {
      await until(context, `${others.join(", ")} received nothing`, async () => {
        const received = await Promise.all(others.map((name) => unappliedAt(context, name)));
        return received.every((count) => count >= rate);
      });
      // From here on nothing more is acknowledged. Open transactions end first: they are not acknowledged, and the
      // primary alone would have them.
      await databases.ask(primary, "SET GLOBAL super_read_only = ON");
      if (topology.cluster.replication === "group") await untilWritten(context, others);
      say(`killing all databases; ${primary} stays away`);
      began = performance.now();
      await Promise.all([nodes.fence(primary), containers.kill(others)]);
      await Promise.all(locks);
      await takeItsPlace(context, nodes);
    } catch (error) {
      if (began === undefined) await letGo(context, others);
      throw error;
    } finally {
      await nodes.start(primary);
    }
    await untilInPlace();
    return performance.now() - began;
  },
};

const SLEEP = "DO SLEEP(600)";

/** A command that blocks a database's applier by a lock on the table. */
function holding(database: string): string[] {
  return [
    "bash",
    "-c",
    `exec ${ROOT_CLIENT} --execute="$1"`,
    "bash",
    `LOCK TABLES \`${database}\`.${TABLE} READ; ${SLEEP}`,
  ];
}

/** If nothing was killed yet: removes the locks, and opens the primary for writes. */
async function letGo({ databases, primary }: DatabaseContext, others: readonly string[]): Promise<void> {
  const open = "SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF";
  const end = `SET @holder = (SELECT ID FROM performance_schema.processlist WHERE INFO = '${SLEEP}'); KILL @holder`;
  await Promise.all([
    databases.ask(primary, open).catch(() => undefined),
    ...others.map((name) => databases.ask(name, end).catch(() => undefined)),
  ]);
}

async function unappliedAt({ databases }: DatabaseContext, name: string): Promise<number> {
  const [row = []] = await databases.ask(name, `SELECT ${UNAPPLIED}, ${UNAPPLIED_IN_GROUP}`);
  return row.reduce((sum, set) => sum + countOf(set), 0);
}

/** A group's member confirms a transaction before it has written it to disk, and only written ones survive a kill. */
async function untilWritten(context: DatabaseContext, others: readonly string[]): Promise<void> {
  const { databases, primary } = context;
  const [[all = ""] = []] = await databases.ask(primary, "SELECT REPLACE(@@global.gtid_executed, '\\n', '')");
  await until(context, `${others.join(", ")} have not received all`, async () => {
    const rows = await Promise.all(others.map((name) => databases.ask(name, `SELECT GTID_SUBSET('${all}', ${HELD})`)));
    return rows.every(([row]) => row?.[0] === "1");
  });
}

/** Does what an operator would do: a failover or the group's recovery, by what the answering members report. */
async function takeItsPlace(context: DatabaseContext, nodes: ReturnType<typeof nodesOf>): Promise<void> {
  const { containers, databases, primary, say, topology } = context;
  const { cluster } = topology;
  const { ask } = databases;
  let members: readonly Member[] = [];
  await until(context, "the other databases do not come back", async () => {
    members = await askMembers(cluster, ask, containers.execute);
    return members.every(
      ({ plan, holdings, state }) => plan.name === primary || (holdings && state.startsWith("alone")),
    );
  });
  const covers = await comparisons(members, ask);
  if (cluster.replication === "group") {
    const recovery = planRecovery(cluster, members, undefined, covers);
    if (recovery.kind !== "begin-group") throw new Error("the group does not have to be begun");
    say(recovery.cost);
    const begun = await beginGroup(cluster, members, recovery.without, { execute: containers.execute, ask });
    say(`${begun} takes writes`);
    return;
  }
  const fullest = members.find(
    (one) => one.holdings && members.every((other) => !other.holdings || covers(one, other)),
  );
  const failover = planFailover(cluster, members, fullest?.plan.server, covers);
  say(`${failover.target.plan.server} takes over; ${failover.cost}`);
  await promote(failover, { nodes, execute: containers.execute, ask, say });
}

async function until({ wait }: DatabaseContext, problem: string, condition: () => Promise<boolean>): Promise<void> {
  // A database that starts gives no answer at first.
  await untilTrue(problem, () => condition().catch(() => false), WAIT_SECONDS, { everySeconds: POLL_SECONDS, wait });
}
