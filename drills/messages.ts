import type { Topology } from "../topology.ts";
import type { StackContainers } from "./containers.ts";
import { AUTHOR } from "./requests.ts";

/** The messages table on the primary, asked past the application: what it says is what is stored. */
export interface StoredMessages {
  /** How often each text of the run's messages is stored. */
  count(run: string): Promise<Map<string, number>>;
  /** Removes what drills have posted. */
  clear(): Promise<void>;
}

const AS_ROOT =
  'MYSQL_PWD=$(cat /run/secrets/root-password) exec mysql --user=root --batch --skip-column-names --execute="$1" "$2"';

export function storedMessages(
  containers: StackContainers,
  { databases, database }: Pick<Topology, "databases" | "database">,
): StoredMessages {
  const [primary] = databases;
  if (primary === undefined) throw new Error("the plan has no database");
  const sql = (statement: string) => containers.execute(primary.name, ["sh", "-c", AS_ROOT, "sh", statement, database]);
  return {
    async count(run) {
      const rows = await sql(
        `SELECT text, COUNT(*) FROM messages WHERE author = '${AUTHOR}' AND text LIKE '${run}-%' GROUP BY text`,
      );
      return new Map(
        rows
          .split("\n")
          .filter((row) => row !== "")
          .map((row): [string, number] => {
            const [text = "", count] = row.split("\t");
            return [text, Number(count)];
          }),
      );
    },
    async clear() {
      await sql(`DELETE FROM messages WHERE author = '${AUTHOR}'`);
    },
  };
}
