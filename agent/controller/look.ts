import { z } from "zod";
import type { ControlledServer } from "../controlled.ts";
import { flag, groupState, optional, optionalSet, set, term } from "../observe/columns.ts";
import { SIGN, signIn } from "../sign.ts";
import {
  APPLIES,
  EXECUTED,
  GROUP_STATE,
  PRIMARY_TERM,
  RECEIVES,
  SOURCE,
  TERMS_TABLE,
  UNAPPLIED,
  WRITES,
} from "../sql.ts";

/** The statement by which the controller looks at a member: one row with one JSON text. */
export const CONTROLLED = `SELECT JSON_OBJECT('term', ${PRIMARY_TERM},
  'configured', COALESCE((SELECT member FROM ${TERMS_TABLE} WHERE reason = 'configured' ORDER BY epoch DESC LIMIT 1), '-'),
  'writes', ${WRITES}, 'closed', @@global.super_read_only, 'sign', ${SIGN}, 'source', ${SOURCE}, 'receives', ${RECEIVES},
  'applies', ${APPLIES}, 'executed', ${EXECUTED}, 'unapplied', ${UNAPPLIED}, 'group', ${GROUP_STATE}) AS controlled`;

const row = z
  .object({
    term,
    configured: optional,
    writes: flag,
    closed: flag,
    sign: z.string().transform(signIn),
    source: optional,
    receives: flag,
    applies: flag,
    executed: set,
    unapplied: optionalSet,
    group: groupState,
  })
  .transform(({ closed, sign, receives, applies, ...same }) => ({
    ...same,
    ...{ ...sign, isClosed: closed, isReceiving: receives, isApplying: applies },
  }));

/**
 * Reads the answer to the statement.
 * @throws Error if it is another one
 */
export function controlledServer(json: unknown): ControlledServer {
  return row.parse(json);
}
