import { judgement, problem, report } from "./places.ts";
import {
  APPLIES,
  APPOINTED,
  BROKEN,
  FOLLOWS,
  GROUP_ROLE,
  GROUP_STATE,
  HELD,
  LOGGED,
  MAJORITY,
  PENDING,
  SOURCE,
  WRITES,
} from "./sql.ts";

/** The file by which scripts know what the program knows, too. */
export const DEFINITIONS = "definitions.sh";

const SHARED = {
  APPLIES,
  APPOINTED,
  BROKEN,
  FOLLOWS,
  GROUP_ROLE,
  GROUP_STATE,
  HELD,
  LOGGED,
  MAJORITY,
  PENDING,
  SOURCE,
  WRITES,
} as const;

/** SQL for shell scripts, as variables. What it means to be in its place hangs on REPLICATION, of their environment. */
export function definitions(): string {
  const of = (replication: "async" | "group") => [
    assignment("PROBLEM", problem(replication)),
    assignment("REPORT", report(replication)),
    assignment("JUDGEMENT", judgement(replication, "@reports")),
  ];
  return `# Made by the program: the expressions of sql.ts and places.ts.
${Object.entries(SHARED)
  .map(([name, sql]) => assignment(name, sql))
  .join("\n")}
if [ "\${REPLICATION:-}" = group ]; then
${of("group").join("\n")}
else
${of("async").join("\n")}
fi
`;
}

function assignment(name: string, sql: string): string {
  return `${name}='${sql.replaceAll("'", String.raw`'\''`)}'`;
}
