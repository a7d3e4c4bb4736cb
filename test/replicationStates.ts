import { TABLES } from "../agent/sql.ts";
import { docker } from "./engine.ts";

/** States of replication as rows in copies of MySQL's own tables. */
export type State = readonly (readonly [table: keyof typeof TABLES, row: Readonly<Record<string, string>>])[];

/** The row of a group's member; its values are SQL. */
export function member(state: string, role = "", id = "UUID()", host = "''"): State[number] {
  const row = { MEMBER_ID: id, MEMBER_HOST: host, MEMBER_STATE: `'${state}'`, MEMBER_ROLE: `'${role}'` };
  return ["members", { CHANNEL_NAME: "'group_replication_applier'", ...row }];
}

/** The row of the server itself among the group's members. */
export const own = (state: string, role: string) => member(state, role, "@@server_uuid", "COALESCE(@@report_host, '')");

/** The rows of two more members. */
export const others = (state: string) => [member(state), member(state)];

/** The rows of a channel's two threads. */
export function channel(receiver: string, applier: string, name = ""): State {
  return [
    ["receiver", { CHANNEL_NAME: `'${name}'`, SERVICE_STATE: `'${receiver}'` }],
    ["applier", { CHANNEL_NAME: `'${name}'`, SERVICE_STATE: `'${applier}'` }],
  ];
}

/** Statements that evaluate an expression in each state of replication: one row for each state. */
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

/** Runs statements in a container with MySQL; resolves to the client's output. */
export function sqlIn(container: string, user: string, password: string, statement: string): Promise<string> {
  return docker(
    ...["exec", `--env=MYSQL_PWD=${password}`, container, "mysql", `--user=${user}`, "--batch", "--skip-column-names"],
    `--execute=${statement}`,
  );
}
