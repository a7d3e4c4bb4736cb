import type { ClusterPlan, DatabasePlan } from "../../topology.ts";
import type { Databases } from "../databases.ts";

/**
 * Members of a group that this one sees online: all of them see all when nothing is amiss. One that was away believes for
 * a while what was true before.
 */
const ONLINE = "SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE'";

/** Whether it takes writes, or follows who does. */
const PRIMARY_OR_REPLICA = `SELECT NOT @@global.read_only + (SELECT COUNT(*)
  FROM performance_schema.replication_connection_status c JOIN performance_schema.replication_applier_status a
  USING (CHANNEL_NAME) WHERE CHANNEL_NAME = '' AND c.SERVICE_STATE = 'ON' AND a.SERVICE_STATE = 'ON')`;

/** The databases that are not in their places: primary, replica that follows, or online in the group. */
export async function misplaced(
  { ask }: Pick<Databases, "ask">,
  { databases, replication }: Pick<ClusterPlan, "databases" | "replication">,
): Promise<string[]> {
  const [question, wanted] = replication === "group" ? [ONLINE, databases.length] : [PRIMARY_OR_REPLICA, 1];
  const isInPlace = ({ name }: DatabasePlan) =>
    ask(name, question).then(
      ([row]) => Number(row?.[0]) === wanted,
      () => false,
    );
  const inPlace = await Promise.all(databases.map(isInPlace));
  return databases.filter((_, index) => !inPlace[index]).map(({ name }) => name);
}
