import type Docker from "dockerode";
import { KEYLESS, UNCLONED } from "../agent/sql.ts";
import { AS_ROOT } from "../components/mysqlCluster/client.ts";
import type { Problem } from "../config/problems.ts";
import { engineClient } from "../engine/client.ts";
import { labelFilter } from "../engine/labels.ts";
import { executeIn } from "../engine/streams.ts";
import type { MachinePlan } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";

/** A table whose rows a group refuses, and a clone lacks if its engine is the reason. */
export interface Refused {
  readonly table: string;
  /** Its engine, if that is the reason; undefined: it has no primary key. */
  readonly engine: string | undefined;
}

/** The most tables that an error names. */
const MOST = 10;

/** The result of looking at the tables of the running databases. */
interface Findings {
  readonly problems: readonly Problem[];
  /** Texts for the user. */
  readonly warnings: readonly string[];
}

/**
 * Tables that a group would refuse to change, asked of the running databases before they move into one: the move itself
 * would succeed, and then every write to these tables would fail. Tables whose rows are in no clone and in no backup are
 * warned of where nothing moves.
 */
export async function tableFindings(
  topology: Topology,
  reached: readonly Pick<MachinePlan, "endpoint" | "certPath">[],
): Promise<Findings> {
  for (const machine of reached) {
    const engine = engineClient(machine);
    for (const container of await outsideGroup(engine, topology)) {
      const refused = await refusedIn(engine, container).catch(() => undefined);
      if (refused === undefined) continue;
      return topology.cluster.replication === "group"
        ? { problems: problemOf(refused), warnings: [] }
        : { problems: [], warnings: warningOf(refused) };
    }
  }
  return { problems: [], warnings: [] };
}

/** A warning of tables that no clone and no backup has. */
export function warningOf(refused: readonly Refused[]): string[] {
  const uncloned = refused.filter(({ engine }) => engine !== undefined);
  if (uncloned.length === 0) return [];
  const { list, statements } = texts(uncloned);
  return [
    `the rows of these tables of the running databases are in no clone and in no backup: ${list}
    cure:      npm run database -- console, and there, or in the application's migrations:
               ${statements}`,
  ];
}

/** The running databases that are in no group. */
async function outsideGroup(engine: Docker, topology: Topology): Promise<Docker.Container[]> {
  const services = topology.cluster.databases.map(({ name }) => name);
  const lists = await Promise.all(
    services.map((service) =>
      engine.listContainers({ filters: { label: labelFilter(topology, service), status: ["running"] } }),
    ),
  );
  const found = lists.flat().map(({ Id }) => engine.getContainer(Id));
  const isOutside = await Promise.all(
    found.map(async (container) => {
      const mode = (await container.inspect()).Config.Env.find((variable) => variable.startsWith("REPLICATION="));
      return mode !== undefined && mode !== "REPLICATION=group";
    }),
  );
  return found.filter((_, index) => isOutside[index]);
}

async function refusedIn(engine: Docker, container: Docker.Container): Promise<Refused[]> {
  const statement = `SELECT table_schema, table_name, engine FROM (${UNCLONED}) AS uncloned
    UNION ALL SELECT table_schema, table_name, '-' FROM (${KEYLESS}) AS keyless`;
  const answer = await executeIn(engine, container, ["bash", "-c", AS_ROOT, "bash", statement]);
  return answer
    .split("\n")
    .filter((row) => row !== "")
    .map((row) => row.split("\t"))
    .map(([schema, table, kind]) => ({ table: `${schema}.${table}`, engine: kind === "-" ? undefined : kind }));
}

/** What is wrong with these tables, and the statements that put it right. */
export function problemOf(refused: readonly Refused[]): Problem[] {
  if (refused.length === 0) return [];
  const { list, statements } = texts(refused);
  return [
    {
      path: ["mysql", "replication"],
      complaint: `is group, and a group refuses to change rows of these tables of the running databases: ${list}`,
      allowed: "a group whose tables are all of InnoDB and have a primary key; or the present replication",
      cure: `npm run database -- console, and there, or in the application's migrations:
               ${statements}`,
    },
  ];
}

/** The tables with what is wrong with each, and the statements that put them right. */
function texts(refused: readonly Refused[]): { readonly list: string; readonly statements: string } {
  const named = refused.slice(0, MOST);
  const more = refused.length > MOST ? ` and ${refused.length - MOST} more` : "";
  const statements = named.map(({ table, engine }) =>
    engine === undefined
      ? `ALTER TABLE ${table} ADD COLUMN my_row_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY;`
      : `ALTER TABLE ${table} ENGINE = InnoDB;`,
  );
  return {
    list: named.map(({ table, engine }) => `${table} (${engine ?? "no primary key"})`).join(", ") + more,
    statements: statements.join("\n               "),
  };
}
