import { UNCLONED } from "../../components/mysqlCluster/sql.ts";
import type { Databases } from "../stack/databases.ts";
import type { Member } from "./members.ts";

/** A line for each table whose rows are neither cloned nor backed up, by the member that takes the writes. */
export async function unclonedLines(members: readonly Member[], ask: Databases["ask"]): Promise<string[]> {
  const primary = members.find(({ report }) => report?.writes);
  if (primary === undefined) return [];
  const rows = await ask(primary.plan.name, UNCLONED).catch(() => []);
  return rows.map(
    ([schema = "", table = "", engine = ""]) =>
      `warning: ${schema}.${table} is of ${engine}, and its rows are neither cloned nor backed up: ALTER TABLE ${schema}.${table} ENGINE = InnoDB`,
  );
}
