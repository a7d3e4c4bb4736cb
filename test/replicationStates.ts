import { TABLES } from "../components/mysqlCluster/sql.ts";
import { docker } from "./engine.ts";

/** What MySQL's tables say of replication, as rows of tables beside the real ones. */
export type State = readonly (readonly [table: keyof typeof TABLES, row: Readonly<Record<string, string>>])[];

/** A member of a group in an own row; values are SQL. */
export function member(state: string, role = "", id = "UUID()", host = "''"): State[number] {
  const row = { MEMBER_ID: id, MEMBER_HOST: host, MEMBER_STATE: `'${state}'`, MEMBER_ROLE: `'${role}'` };
  return ["members", { CHANNEL_NAME: "'group_replication_applier'", ...row }];
}

/** The group's row for the server that is asked. */
export const own = (state: string, role: string) => member(state, role, "@@server_uuid", "COALESCE(@@report_host, '')");

/** Two more members. */
export const others = (state: string) => [member(state), member(state)];

/** The two threads of a channel. */
export function channel(receiver: string, applier: string, name = ""): State {
  return [
    ["receiver", { CHANNEL_NAME: `'${name}'`, SERVICE_STATE: `'${receiver}'` }],
    ["applier", { CHANNEL_NAME: `'${name}'`, SERVICE_STATE: `'${applier}'` }],
  ];
}

/** Statements that answer a statement for each state of replication, one row for each. */
export function imagining(statement: string, states: readonly State[]): string {
  const tables = Object.values(TABLES);
  return [
    "SET sql_mode = ''; CREATE DATABASE IF NOT EXISTS imagined",
    ...tables.map(
      (table) => `CREATE TABLE IF NOT EXISTS imagined.${table} SELECT * FROM performance_schema.${table} LIMIT 0`,
    ),
    ...states.flatMap((rows) => [
      ...tables.map((table) => `DELETE FROM imagined.${table}`),
      ...rows.map(
        ([table, row]) =>
          `INSERT INTO imagined.${TABLES[table]} (${Object.keys(row).join()}) VALUES (${Object.values(row).join()})`,
      ),
      statement.replaceAll("performance_schema.", "imagined."),
    ]),
  ].join(";");
}

/** Runs statements in a container with MySQL; resolves to what the client prints. */
export function sqlIn(container: string, user: string, password: string, statement: string): Promise<string> {
  return docker(
    ...["exec", `--env=MYSQL_PWD=${password}`, container, "mysql", `--user=${user}`, "--batch", "--skip-column-names"],
    `--execute=${statement}`,
  );
}
