import { UNCLONED } from "../../agent/sql.ts";
import type { Databases } from "../stack/databases.ts";

/** A line for each table whose rows are neither cloned nor backed up, as the primary says. */
export async function unclonedLines(primary: string, ask: Databases["ask"]): Promise<string[]> {
  const rows = await ask(primary, UNCLONED).catch(() => []);
  return rows.map(
    ([schema = "", table = "", engine = ""]) =>
      `warning: ${schema}.${table} is of ${engine}, and its rows are neither cloned nor backed up: ALTER TABLE ${schema}.${table} ENGINE = InnoDB`,
  );
}
