import type { Databases } from "../../stack/databases.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology.ts";

/** Members of a group, by their names there, that this one sees online. */
const ONLINE = "SELECT MEMBER_HOST FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE'";

/** Whether it takes writes, or follows who does. */
const PRIMARY_OR_REPLICA = `SELECT (NOT @@global.read_only) + (SELECT COUNT(*)
  FROM performance_schema.replication_connection_status c JOIN performance_schema.replication_applier_status a
  USING (CHANNEL_NAME) WHERE CHANNEL_NAME = '' AND c.SERVICE_STATE = 'ON' AND a.SERVICE_STATE = 'ON')`;

/** The databases that are not in their places: primary, replica that follows, or member of the group. */
export async function misplaced(
  { ask }: Pick<Databases, "ask">,
  { databases, replication }: Pick<ClusterPlan, "databases" | "replication">,
): Promise<string[]> {
  const question = replication === "group" ? ONLINE : PRIMARY_OR_REPLICA;
  const answers = new Map<DatabasePlan, readonly string[]>();
  await Promise.all(
    databases.map(async (database) => {
      const rows = await ask(database.name, question).catch(() => undefined);
      if (rows !== undefined) answers.set(database, rows.flat());
    }),
  );
  const views = [...answers.values()];
  const isInPlace = (database: DatabasePlan) =>
    replication === "group"
      ? // One that was away believes for a while what was true before: all have to see it.
        views.every((online) => online.includes(database.member))
      : answers.get(database)?.[0] === "1";
  return databases.filter((database) => !answers.has(database) || !isInPlace(database)).map(({ name }) => name);
}
