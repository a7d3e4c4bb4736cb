import type { Databases } from "../../stack/databases.ts";

/** The writer's table in the application's database. */
export const TABLE = "drill_rows";

/** The table that the writer fills. */
export interface StoredRows {
  make(): Promise<void>;
  /** How often each number is stored on the primary. */
  count(): Promise<Map<number, number>>;
  remove(): Promise<void>;
}

/** The number is not a key, so that a row which is written twice is visible. */
export function storedRows(databases: Databases, database: string): StoredRows {
  const table = `\`${database}\`.${TABLE}`;
  const sql = async (statement: string) => databases.ask(await databases.primary(), statement);
  return {
    async make() {
      await sql(`DROP TABLE IF EXISTS ${table};
        CREATE TABLE ${table} (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, number INT UNSIGNED NOT NULL)`);
    },
    async count() {
      const rows = await sql(`SELECT number, COUNT(*) FROM ${table} GROUP BY number`);
      return new Map(rows.map(([number, count]) => [Number(number), Number(count)]));
    },
    async remove() {
      await sql(`DROP TABLE IF EXISTS ${table}`);
    },
  };
}
