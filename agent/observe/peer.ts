import { z } from "zod";
import { errorNumber } from "../mysql/session.ts";
import type { PeerServer } from "../observation.ts";
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
} from "../sql.ts";
import { flag, groupState, set, term } from "./columns.ts";
import { type Ask, valueIn } from "./look.ts";

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

/*
 * What only versions of the program with these views can say, the second with this column. Each is asked for by itself,
 * since it may fail: a member that cannot say the one may say the other.
 */

/** The tables whose rows a clone of the member would lack. */
const UNCLONABLE = `SELECT JSON_OBJECT('unclonable',
  (SELECT COALESCE(JSON_ARRAYAGG(CONCAT(table_schema, '.', table_name, ' (', engine, ')')), JSON_ARRAY())
    FROM ${UNCLONED_VIEW})) AS lacking`;

/** Whether the member also takes the replication password before the one with this mark. */
function formerStatement(mark: string): string {
  return `SELECT takes_former FROM ${PASSWORDS_VIEW} WHERE account = 'replication' AND mark = '${mark}'`;
}

/** The errors of what an older version of the program lacks or has not granted: a privilege, a table, a view, a column. */
const MISSING = [1142, 1146, 1356, 1054];

/**
 * Asks another member everything.
 * @param member the member that asks
 * @param mark the mark of the present password of replication
 * @throws Error if it does not answer, or differently
 */
export async function askPeer(ask: Ask, member: string, mark: string): Promise<PeerServer> {
  const sayable = (statement: string) =>
    valueIn(ask, statement).catch((error: unknown) => {
      if (MISSING.includes(errorNumber(error) ?? 0)) return undefined;
      throw error;
    });
  const answer = await valueIn(ask, peerStatement(member));
  return peerServer(answer, await sayable(UNCLONABLE), await sayable(formerStatement(mark)));
}

const row = z
  .object({
    ...{ logged: set, executed: set, held: set },
    terms: z.coerce.number(),
    term,
    writes: flag,
    group: groupState,
    sees: flag,
  })
  .transform(({ sees, ...same }) => ({ ...same, seesThisNode: sees }));

const lacking = z.object({ unclonable: z.array(z.string()) });

/**
 * Reads the answers of another member.
 * @param tables undefined: an older version of the program, which cannot say
 * @param former undefined: it cannot say, or has another password
 * @throws Error if they are others
 */
export function peerServer(json: unknown, tables: unknown, former: unknown): PeerServer {
  return {
    ...row.parse(json),
    unclonable: tables === undefined ? [] : lacking.parse(tables).unclonable,
    takesFormerPassword: former === undefined ? undefined : flag.parse(former),
  };
}
