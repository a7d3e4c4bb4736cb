import { ARBITER } from "../../config/choices.ts";
import { memberName } from "../../topology/databases.ts";
import { judgement, problem, report } from "./outOfPlace.ts";
import {
  APPLIES,
  BROKEN,
  CANNOT_APPLY,
  FAILOVER_REASON,
  FOLLOWS,
  GROUP_ROLE,
  GROUP_STATE,
  HELD,
  LOGGED,
  MAJORITY,
  PRIMARY_TERM,
  SOURCE,
  TERMS_TABLE,
  UNAPPLIED,
  WRITES,
} from "./sql.ts";

/** The file by which scripts know what the program knows, too. */
export const DEFINITIONS = "definitions.sh";

/** In a node's data folder until its first provisioning is complete, with what it is at. */
export const MARKER = "/var/lib/mysql/.provisioning";
/** In a node's container: the members that a person has given up, a line each, so that a group begins without them. */
export const GIVEN_UP = "/tmp/given-up";
/** In a data folder whose data came from a clone, until they are known to be as good as those that were lost. */
export const DATA_LOST = "/var/lib/mysql/.data-lost";
/** In a node's container: the number of the primary term in which it last opened for writes. */
const OPENED = "/tmp/opened";

const SHARED = {
  ARBITER_MEMBER: memberName(ARBITER),
  MARKER,
  DATA_LOST,
  OPENED,
  GIVEN_UP,
  APPLIES,
  BROKEN,
  CANNOT_APPLY,
  FAILOVER_REASON,
  FOLLOWS,
  GROUP_ROLE,
  GROUP_STATE,
  HELD,
  LOGGED,
  MAJORITY,
  PRIMARY_TERM,
  SOURCE,
  TERMS_TABLE,
  UNAPPLIED,
  WRITES,
} as const;

/** What scripts share with the program, SQL above all, as variables. What it means to be in its place hangs on REPLICATION, of their environment. */
export function definitions(): string {
  const of = (replication: "async" | "group") => [
    assignment("PROBLEM", problem(replication)),
    assignment("REPORT", report(replication)),
    assignment("JUDGEMENT", judgement(replication, "@reports")),
  ];
  return `# Made by the program, which asks the same.
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
