import { z } from "zod";
import { isStillToBegin } from "../decide/decide.ts";
import { GROUP_SECONDS, type Hands } from "./hands.ts";
import { startGroup } from "./replicationSql.ts";

/**
 * Joins the group, or begins it if a last look right before the start still allows that. The member keeps the password as long as it is in the group: it recovers and talks to
 * the others with it. The password is in use when the member has come online with it.
 * @throws Error if the group is to begin, and the last look says otherwise
 */
export async function enterGroup(hands: Hands, isBeginning: boolean): Promise<void> {
  const { own, secrets, marks } = hands;
  const password = await secrets.password("replication");
  await marks.setConnectedWith(undefined);
  await marks.clearRegroup();
  await own.execute("STOP GROUP_REPLICATION").catch(() => undefined);
  if (isBeginning && !isStillToBegin(await hands.observe())) {
    throw new Error("the members have changed since the last look, and the group does not begin here now");
  }
  await own.execute(startGroup(isBeginning, password), GROUP_SECONDS);
  await marks.setJoinsWith(password);
}

export async function leaveGroup({ own }: Hands): Promise<void> {
  await own.execute("STOP GROUP_REPLICATION");
}

const members = z.array(z.object({ id: z.string() }));

/** Makes another member the primary, which is not the arbiter. */
export async function handOver({ own, settings }: Hands): Promise<void> {
  const found = await own.ask(`SELECT MEMBER_ID AS id FROM performance_schema.replication_group_members
    WHERE MEMBER_STATE = 'ONLINE' AND MEMBER_ROLE = 'SECONDARY' AND MEMBER_HOST <> '${settings.arbiter}'
    ORDER BY MEMBER_HOST LIMIT 1`);
  const [other] = members.parse(found);
  if (other === undefined) throw new Error("no other member could be the primary");
  await own.execute(`SELECT group_replication_set_as_primary('${other.id}')`);
}
