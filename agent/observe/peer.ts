import { z } from "zod";
import {
  EXECUTED,
  GROUP_STATE,
  HELD,
  LOGGED,
  PASSWORDS_VIEW,
  PRIMARY_TERM,
  TERMS_TABLE,
  UNCLONED_VIEW,
  WRITES,
} from "../../components/mysqlCluster/sql.ts";
import { GtidSet } from "../gtidSet.ts";
import type { PeerServer } from "../observation.ts";
import { termIn } from "./own.ts";

/**
 * The statement that observes another member: one row with one JSON text. What a transaction that waits for an
 * acknowledgement moves to is read last, so that it is in one of the two sets at least.
 * @param member the member that asks
 */
export function peerStatement(member: string): string {
  return `SELECT JSON_OBJECT('logged', REPLACE(${LOGGED}, '\\n', ''), 'executed', ${EXECUTED}, 'held', ${HELD},
    'terms', (SELECT COUNT(*) FROM ${TERMS_TABLE}), 'term', ${PRIMARY_TERM}, 'writes', ${WRITES}, 'group', ${GROUP_STATE},
    'sees', (SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_HOST = '${member}')) AS peer`;
}

/** What only versions of the program with these views can say; asked for by itself, since it may fail. */
export function peerExtras(mark: string): string {
  return `SELECT JSON_OBJECT(
    'unclonable', (SELECT COALESCE(JSON_ARRAYAGG(CONCAT(table_schema, '.', table_name, ' (', engine, ')')), JSON_ARRAY())
      FROM ${UNCLONED_VIEW}),
    'former', (SELECT takes_former FROM ${PASSWORDS_VIEW} WHERE account = 'replication' AND mark = '${mark}')) AS extras`;
}

const flag = z.coerce.number().transform((number) => number !== 0);
const set = z.string().transform((text) => GtidSet.parse(text));

const row = z
  .object({
    ...{ logged: set, executed: set, held: set },
    terms: z.coerce.number(),
    term: z.string().transform(termIn),
    writes: flag,
    group: z.enum(["NONE", "OFFLINE", "RECOVERING", "ONLINE", "ERROR", "UNREACHABLE"]),
    sees: flag,
  })
  .transform(({ sees, ...same }) => ({ ...same, seesThisNode: sees }));

const extrasRow = z.object({ unclonable: z.array(z.string()), former: z.coerce.number().nullable() });

/**
 * Reads the answers of another member.
 * @param extras undefined: an older version of the program, which has no such views
 * @throws Error if they are others
 */
export function peerServer(json: unknown, extras: unknown): PeerServer {
  const more = extras === undefined ? undefined : extrasRow.parse(extras);
  return {
    ...row.parse(json),
    unclonable: more?.unclonable ?? [],
    takesFormerPassword: more === undefined || more.former === null ? undefined : more.former !== 0,
  };
}
