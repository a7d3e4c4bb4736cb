import { ARBITER } from "../../config/choices.ts";
import { memberName } from "../../topology/databases.ts";
import { judgement, problem, report } from "./outOfPlace.ts";
import {
  APPLIES,
  BROKEN,
  CANNOT_APPLY,
  DISABLED_EVENTS,
  FAILOVER_REASON,
  FOLLOWS,
  GROUP_ROLE,
  GROUP_STATE,
  HELD,
  LOGGED,
  MAJORITY,
  PASSWORDS_VIEW,
  PRIMARY_TERM,
  SOURCE,
  SYSTEM_DATABASES,
  TERMS_TABLE,
  TIME_ZONES,
  UNAPPLIED,
  UNCLONED,
  UNCLONED_VIEW,
  WRITES,
} from "./sql.ts";

/** The file with the definitions that scripts share with the program. */
export const DEFINITIONS = "definitions.sh";

/** The folder of MySQL's data, which the image declares as a volume. */
export const DATA_FOLDER = "/var/lib/mysql";
/**
 * The folder of MySQL's temporary files, which start.sh empties. It is on the volume of the data, and MySQL takes no
 * folder for a database that its dictionary does not have.
 */
export const TEMPORARY = `${DATA_FOLDER}/.tmp`;
/** A file in a node's data folder until its first provisioning is complete. It contains the present step. */
export const MARKER = `${DATA_FOLDER}/.provisioning`;
/** A file in a node's container: the members that a person has given up, one a line. The group begins without them. */
export const GIVEN_UP = "/tmp/given-up";
/** A file in a data folder with cloned data, until the data certainly has everything that the lost data had. */
export const DATA_LOST = `${DATA_FOLDER}/.data-lost`;
/** A file in a node's container: the mark of the password that it replicates with (accounts.sh). */
export const CONNECTED_WITH = "/tmp/connected-with";
/** A file in a node's container that asks it to leave its group and to come back, with the present password. */
export const REGROUP = "/tmp/regroup";
/** A file in a node's data folder: the number of the newest primary term in which it was open for writes. */
const LED = `${DATA_FOLDER}/.led`;
/** A file in a node's container: the number of the primary term in which it last opened for writes. */
const OPENED = "/tmp/opened";

const SHARED = {
  ARBITER_MEMBER: memberName(ARBITER),
  TEMPORARY,
  MARKER,
  DATA_LOST,
  OPENED,
  LED,
  GIVEN_UP,
  CONNECTED_WITH,
  REGROUP,
  APPLIES,
  BROKEN,
  CANNOT_APPLY,
  DISABLED_EVENTS,
  FAILOVER_REASON,
  FOLLOWS,
  GROUP_ROLE,
  GROUP_STATE,
  HELD,
  LOGGED,
  MAJORITY,
  PASSWORDS_VIEW,
  PRIMARY_TERM,
  SOURCE,
  SYSTEM_DATABASES,
  TERMS_TABLE,
  TIME_ZONES,
  UNAPPLIED,
  UNCLONED,
  UNCLONED_VIEW,
  WRITES,
} as const;

/**
 * The definitions, above all SQL, as variables of the shell. The rules for a member that is out of its place depend on
 * REPLICATION in the scripts' environment.
 */
export function definitions(): string {
  const of = (replication: "async" | "group") => [
    assignment("PROBLEM", problem(replication)),
    assignment("REPORT", report(replication)),
    assignment("JUDGEMENT", judgement(replication, "@reports")),
  ];
  return `# Written by the program, which uses the same definitions.
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
