import { WRITES } from "../../agent/sql.ts";
import { AS_ROOT } from "../../components/mysqlCluster/client.ts";
import type { Topology } from "../../topology/plan.ts";
import type { StackContainers } from "./containers.ts";

/**
 * The stack's MySQL servers, asked directly, not through the router or the application: their answers are the stored
 * data.
 */
export interface Databases {
  /**
   * The server that takes writes.
   * @throws Error if no server takes writes, or more than one
   */
  primary(): Promise<string>;
  /** Runs a statement as root; resolves to its rows. Fails if the server does not answer within 30 s. */
  ask(name: string, statement: string): Promise<string[][]>;
}

export function databasesOf(
  containers: Pick<StackContainers, "execute">,
  { cluster }: Pick<Topology, "cluster">,
): Databases {
  const ask = async (name: string, statement: string) => {
    return rowsIn(await containers.execute(name, ["bash", "-c", AS_ROOT, "bash", statement]));
  };
  return {
    ask,
    async primary() {
      const nodes = cluster.databases.filter(({ role }) => role !== "arbiter").map(({ name }) => name);
      const silent: string[] = [];
      const writable = await Promise.all(
        nodes.map((name) =>
          ask(name, `SELECT ${WRITES}`).then(
            ([row]) => row?.[0] === "1",
            (error: Error) => {
              silent.push(`; ${name} does not answer: ${error.message}`);
              return false;
            },
          ),
        ),
      );
      const [primary, ...others] = nodes.filter((_, index) => writable[index]);
      if (primary === undefined) throw new Error(`no database takes writes${silent.join("")}`);
      if (others.length > 0) throw new Error(`more than one database takes writes: ${[primary, ...others].join(", ")}`);
      return primary;
    },
  };
}

/** The rows in the output of MySQL's client. */
export function rowsIn(output: string): string[][] {
  return output
    .split("\n")
    .filter((row) => row !== "")
    .map((row) => row.split("\t").map(unescaped));
}

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t", "0": "\0" };

/** Decodes a value: the client writes line breaks, tabs, zero bytes and backslashes as `\n`, `\t`, `\0` and `\\`. */
function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_, letter: string) => ESCAPED[letter] ?? letter);
}
