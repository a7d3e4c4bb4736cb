import type Docker from "dockerode";
import { AS_ROOT } from "../components/mysqlCluster/client.ts";
import { KEYLESS, UNCLONED } from "../components/mysqlCluster/sql.ts";
import type { Problem } from "../config/problems.ts";
import { engineClient } from "../engine/client.ts";
import { labelFilter } from "../engine/labels.ts";
import { executeIn } from "../engine/streams.ts";
import type { MachinePlan } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";

/** A table whose rows a group refuses. */
export interface Refused {
  readonly table: string;
  /** Its engine, if that is the reason; undefined: it has no primary key. */
  readonly engine: string | undefined;
}

/** The most tables that an error names. */
const MOST = 10;

/**
 * Tables that a group would refuse to change, asked of the running databases before they move into one. The move itself
 * would succeed, and then every write to these tables would fail.
 */
export async function groupProblems(
  topology: Topology,
  reached: readonly Pick<MachinePlan, "endpoint" | "certPath">[],
): Promise<Problem[]> {
  if (topology.cluster.replication !== "group") return [];
  for (const machine of reached) {
    const engine = engineClient(machine);
    for (const container of await outsideGroup(engine, topology)) {
      const refused = await refusedIn(engine, container).catch(() => undefined);
      if (refused !== undefined) return problemOf(refused);
    }
  }
  return [];
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
  const named = refused.slice(0, MOST);
  const more = refused.length > MOST ? ` and ${refused.length - MOST} more` : "";
  const list = named.map(({ table, engine }) => `${table} (${engine ?? "no primary key"})`).join(", ");
  const statements = named.map(({ table, engine }) =>
    engine === undefined
      ? `ALTER TABLE ${table} ADD COLUMN my_row_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY;`
      : `ALTER TABLE ${table} ENGINE = InnoDB;`,
  );
  return [
    {
      path: ["mysql", "replication"],
      complaint: `is group, and a group refuses to change rows of these tables of the running databases: ${list}${more}`,
      allowed: "a group whose tables are all of InnoDB and have a primary key; or the present replication",
      cure: `npm run database -- console, and there, or in the application's migrations:
               ${statements.join("\n               ")}`,
    },
  ];
}
