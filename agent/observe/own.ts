import { z } from "zod";
import type { OwnServer } from "../observation.ts";
import { SIGN, signIn } from "../sign.ts";
import {
  APPLIES,
  BROKEN,
  CANNOT_APPLY,
  EXECUTED,
  GROUP_ROLE,
  GROUP_STATE,
  HELD,
  MAJORITY,
  PRIMARY_TERM,
  RECEIVES,
  SOURCE,
  TERMS_TABLE,
  UNAPPLIED,
  WRITES,
} from "../sql.ts";
import { flag, groupState, optional, optionalSet, set, term } from "./columns.ts";

const status = (name: string) =>
  `COALESCE((SELECT VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = '${name}'), 0) + 0`;
const isSource = `COALESCE((SELECT VARIABLE_VALUE = 'ON' FROM performance_schema.global_variables
  WHERE VARIABLE_NAME = 'rpl_semi_sync_source_enabled'), 0)`;

/** What the server tells of the last clone into it. One that no session carries out any more was interrupted. */
const CLONE = `(SELECT JSON_OBJECT('began', CAST(BEGIN_TIME AS CHAR),
    'state', IF(STATE = 'In Progress' AND NOT EXISTS (SELECT 1 FROM performance_schema.threads WHERE PROCESSLIST_ID = PID),
      'Failed', STATE),
    'dropped', (SELECT COUNT(*) FROM performance_schema.clone_progress
      WHERE STAGE = 'DROP DATA' AND STATE <> 'Not Started'))
  FROM performance_schema.clone_status LIMIT 1)`;

/** Whether anything was received from the source. A restart keeps it, and another source begins without. */
const HAS_RECEIVED = `COALESCE((SELECT RECEIVED_TRANSACTION_SET <> '' FROM performance_schema.replication_connection_status
  WHERE CHANNEL_NAME = ''), 0)`;

/** Whether somebody clones this server and has reached the stage that begins with a wait for writers. */
const HOLDS_CLONE = `EXISTS (SELECT 1 FROM performance_schema.threads
  WHERE PROCESSLIST_COMMAND = 'clone' AND PROCESSLIST_STATE = 'clone (page copy)')`;

/** Whether the account of the members has the password whose mark is given. */
const hasPassword = (mark: string) => `COALESCE((SELECT User_attributes->>'$.metadata.password' = '${mark}'
  FROM mysql.user WHERE User = 'replication' LIMIT 1), 0)`;

/** Whether the schema is there by which members ask this node. A statement that names a missing table fails as a whole. */
export const IS_PREPARED = `SELECT COUNT(*) AS isPrepared FROM information_schema.TABLES
  WHERE CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) = '${TERMS_TABLE}'`;

/**
 * The statement that observes the node's own server: one row with one JSON text.
 * @param isPrepared whether it has the schema of the cluster
 * @param mark the mark of the present password of replication
 */
export function ownStatement(isPrepared: boolean, mark: string): string {
  return `SELECT JSON_OBJECT('term', ${isPrepared ? PRIMARY_TERM : "'0 -'"}, 'group', ${GROUP_STATE}, 'role', ${GROUP_ROLE},
    'majority', ${MAJORITY}, 'sees', COALESCE((SELECT JSON_ARRAYAGG(MEMBER_HOST)
      FROM performance_schema.replication_group_members WHERE MEMBER_HOST <> ''), JSON_ARRAY()),
    'source', ${SOURCE}, 'receives', ${RECEIVES}, 'applies', ${APPLIES}, 'broken', ${BROKEN}, 'cannotApply', ${CANNOT_APPLY},
    'writes', ${WRITES}, 'sign', ${SIGN}, 'closed', @@global.super_read_only AND NOT ${isSource},
    'executed', ${EXECUTED}, 'held', ${HELD}, 'unapplied', ${UNAPPLIED}, 'received', ${HAS_RECEIVED}, 'clone', ${CLONE},
    'replicas', ${status("Rpl_semi_sync_source_clients")}, 'waiting', ${status("Rpl_semi_sync_source_wait_sessions")},
    'acknowledged', ${status("Rpl_semi_sync_source_yes_tx")}, 'holdsClone', ${HOLDS_CLONE}, 'hasPassword', ${hasPassword(mark)},
    'storesPassword', (SELECT COUNT(*) FROM mysql.slave_master_info
      WHERE Channel_name = '' AND CONCAT(User_name, User_password) <> '')) AS own`;
}

const row = z
  .object({
    term,
    group: groupState,
    role: z.enum(["PRIMARY", "SECONDARY", "-"]),
    majority: flag,
    sees: z.array(z.string()),
    source: optional,
    receives: flag,
    applies: flag,
    broken: optional,
    cannotApply: optional,
    writes: flag,
    sign: z.string().transform(signIn),
    closed: flag,
    executed: set,
    held: set,
    unapplied: optionalSet,
    received: flag,
    clone: z
      .object({
        began: z.string(),
        state: z.enum(["In Progress", "Completed", "Failed", "Not Started"]),
        dropped: flag,
      })
      .nullable(),
    replicas: z.coerce.number(),
    waiting: z.coerce.number(),
    acknowledged: z.coerce.number(),
    holdsClone: flag,
    hasPassword: flag,
    storesPassword: flag,
  })
  .transform(({ role, majority, receives, applies, received, closed, sign, clone, ...more }) => {
    const { replicas, waiting, acknowledged, holdsClone, hasPassword, ...same } = more;
    return {
      ...same,
      role: role === "-" ? undefined : role,
      hasMajority: majority,
      isReceiving: receives,
      isApplying: applies,
      openedIn: sign.openedIn,
      isClosed: closed,
      hasReceived: received,
      clone: clone === null ? undefined : { began: clone.began, state: clone.state, hasDropped: clone.dropped },
      semisync: { replicas, waiting, acknowledged, holdsClone },
      hasReplicationPassword: hasPassword,
    };
  });

/**
 * Reads the answer to the statement.
 * @throws Error if it is another one
 */
export function ownServer(json: unknown, isPrepared: boolean): OwnServer {
  return { ...row.parse(json), isPrepared };
}
