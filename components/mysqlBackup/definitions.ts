import { beginTerm } from "../../agent/act/replicationSql.ts";
import { SYSTEM_DATABASES, UNCLONED, WRITES } from "../../agent/sql.ts";

/** The file with the definitions that scripts share with the program. */
export const DEFINITIONS = "definitions.sh";

/** Records the first primary term of restored data. The script puts the member in the place of MEMBER. */
const BEGIN_TERM = beginTerm("MEMBER", "configured");

const SHARED = { BEGIN_TERM, SYSTEM_DATABASES, UNCLONED, WRITES } as const;

/** The definitions, SQL expressions of the program, as variables of the shell. */
export function definitions(): string {
  const assignments = Object.entries(SHARED).map(
    ([name, sql]) => `${name}='${sql.replaceAll("'", String.raw`'\''`)}'\n`,
  );
  return `# Written by the program, which uses the same definitions.\n${assignments.join("")}`;
}
