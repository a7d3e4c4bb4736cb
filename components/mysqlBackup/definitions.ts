import { SYSTEM_DATABASES, UNCLONED, WRITES } from "../mysqlCluster/sql.ts";

/** The file with the definitions that scripts share with the program. */
export const DEFINITIONS = "definitions.sh";

const SHARED = { SYSTEM_DATABASES, UNCLONED, WRITES } as const;

/** The definitions, SQL expressions of the program, as variables of the shell. */
export function definitions(): string {
  const assignments = Object.entries(SHARED).map(
    ([name, sql]) => `${name}='${sql.replaceAll("'", String.raw`'\''`)}'\n`,
  );
  return `# Written by the program, which uses the same definitions.\n${assignments.join("")}`;
}
