import { SYSTEM_DATABASES } from "../../agent/sql.ts";
import type { OpenStack } from "../stack/open.ts";

/** The databases on the primary that are no longer in the settings. They keep their data. */
export async function leftDatabases({
  topology,
  databases,
}: Pick<OpenStack, "topology" | "databases">): Promise<string[]> {
  const rows = await databases.ask(
    await databases.primary(),
    `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA
      WHERE SCHEMA_NAME <> 'cluster' AND SCHEMA_NAME NOT IN ${SYSTEM_DATABASES}`,
  );
  return rows.flatMap(([name = ""]) => (topology.cluster.applicationDatabases.includes(name) ? [] : [name]));
}
