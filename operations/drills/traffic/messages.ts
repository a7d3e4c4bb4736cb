import type { Databases } from "../../stack/databases.ts";
import { AUTHOR } from "./requests.ts";

/** The messages table on the primary. */
export interface StoredMessages {
  /** The number of stored messages of a run by text. */
  count(run: string): Promise<Map<string, number>>;
  /** Removes the messages that drills have posted. */
  clear(): Promise<void>;
}

export function storedMessages(databases: Databases, database: string): StoredMessages {
  const sql = async (statement: string) => databases.ask(await databases.primary(), statement);
  const table = `\`${database}\`.messages`;
  return {
    async count(run) {
      const rows = await sql(
        `SELECT text, COUNT(*) FROM ${table} WHERE author = '${AUTHOR}' AND text LIKE '${run}-%' GROUP BY text`,
      );
      return new Map(rows.map(([text = "", count]) => [text, Number(count)]));
    },
    async clear() {
      await sql(`DELETE FROM ${table} WHERE author = '${AUTHOR}'`);
    },
  };
}
