import {
  APPLIES,
  EXECUTED,
  FOLLOWS,
  GROUP_ROLE,
  GROUP_STATE,
  MAJORITY,
  ONLINE,
  OWN,
  PRIMARY_TERM,
  RECEIVES,
  SOURCE,
  WRITES,
} from "../../agent/sql.ts";
import { ARBITER } from "../../config/choices.ts";
import type { ClusterPlan } from "../../topology/databasePlan.ts";
import { memberName } from "../../topology/databases.ts";

/**
 * The rules for members that are out of their places. Every member is in its place if one takes the writes and each of
 * the others replicates from it, or is in the same group. A member finds some problems by itself (`problem`); a
 * judgement over the reports of all members finds the rest. Both are SQL, so that the controller and
 * commands share them.
 */

/** Why a member is out of its place, as far as it knows itself, in words that follow its name; or -. */
export function problem(replication: ClusterPlan["replication"]): string {
  return replication === "group"
    ? `CASE WHEN ${GROUP_STATE} IN ('NONE', 'OFFLINE') THEN 'is not in the group'
      WHEN ${GROUP_STATE} <> 'ONLINE' THEN CONCAT('is not online in the group, but ', ${GROUP_STATE})
      WHEN NOT ${MAJORITY} THEN 'sees no majority of the group'
      WHEN ${SOURCE} <> '-' THEN CONCAT('is in the group, and replicates from ', ${SOURCE}, ' beside it')
      WHEN ${GROUP_ROLE} = 'PRIMARY' AND NOT ${WRITES} THEN 'is the primary of the group, and takes no writes'
      WHEN ${GROUP_ROLE} <> 'PRIMARY' AND ${WRITES} THEN 'takes writes, and is not the primary of the group'
      ELSE '-' END`
    : `CASE WHEN ${WRITES} THEN IF(${SOURCE} = '-', '-', CONCAT('takes writes, and replicates from ', ${SOURCE}))
      WHEN ${SOURCE} = '-' THEN 'takes no writes, and replicates from nobody'
      WHEN NOT ${RECEIVES} THEN CONCAT('does not receive from ', ${SOURCE})
      WHEN NOT ${APPLIES} THEN CONCAT('does not apply what it receives from ', ${SOURCE})
      ELSE '-' END`;
}

/** A member's report of itself, as a JSON object. If a member does not answer, its report contains only its name. */
export function report(replication: ClusterPlan["replication"]): string {
  return `JSON_OBJECT('member', @@global.report_host, 'problem', ${problem(replication)}, 'writes', ${WRITES},
    'source', ${SOURCE}, 'follows', ${FOLLOWS}, 'group', ${GROUP_STATE}, 'online', ${ONLINE},
    'own', ${OWN}, 'executed', ${EXECUTED},
    'term', CAST(SUBSTRING_INDEX(${PRIMARY_TERM}, ' ', 1) AS UNSIGNED), 'promoted', SUBSTRING_INDEX(${PRIMARY_TERM}, ' ', -1))`;
}

/**
 * A statement that any MySQL server can answer. It returns a row for each member that is out of its place: the name,
 * and the reason in words that follow the name.
 * @param reports an expression: a JSON array with a report of every member
 */
export function judgement(replication: ClusterPlan["replication"], reports: string): string {
  const several = "WHEN writes AND writers > 1 THEN CONCAT('takes writes, and so does ', writer)";
  const between =
    replication === "group"
      ? // A member that was cut off has an outdated view for a while, so the others' view counts.
        `WHEN unseen_by IS NOT NULL THEN CONCAT('is not seen in the group by ', unseen_by)
      WHEN writes AND member = '${memberName(ARBITER)}' THEN 'takes writes, and is an arbiter, which hands over'
      ${several}`
      : `${several}
      WHEN writes AND promoted <> member THEN CONCAT('takes writes, but the promoted primary is ', promoted)
      WHEN NOT writes AND writers = 1 AND source <> writer THEN CONCAT('replicates from ', source, ', and ', writer, ' takes the writes')
      WHEN NOT writes AND writers = 1 AND GTID_SUBTRACT(own, written) <> ''
        THEN CONCAT('has errant transactions, which ', writer, ' has not: ', GTID_SUBTRACT(own, written))
      WHEN NOT writes AND writers = 0 THEN CONCAT('replicates from ', source, ', which takes no writes')`;
  return `WITH reports AS (SELECT * FROM JSON_TABLE(${reports}, '$[*]' COLUMNS (place FOR ORDINALITY,
      member VARCHAR(255) PATH '$.member', problem TEXT PATH '$.problem', writes BOOLEAN PATH '$.writes',
      source VARCHAR(255) PATH '$.source', online JSON PATH '$.online',
      own TEXT PATH '$.own', executed TEXT PATH '$.executed',
      term BIGINT UNSIGNED PATH '$.term', promoted VARCHAR(255) PATH '$.promoted')) AS r),
    compared AS (SELECT place, member, problem, writes, source, own,
      (SELECT COUNT(*) FROM reports AS o WHERE o.writes) AS writers,
      (SELECT MIN(o.member) FROM reports AS o WHERE o.writes AND o.member <> r.member) AS writer,
      (SELECT MIN(o.executed) FROM reports AS o WHERE o.writes) AS written,
      (SELECT MIN(o.member) FROM reports AS o
        WHERE o.problem = '-' AND NOT JSON_CONTAINS(o.online, JSON_QUOTE(r.member))) AS unseen_by,
      (SELECT o.promoted FROM reports AS o ORDER BY o.term DESC LIMIT 1) AS promoted FROM reports AS r)
    SELECT member, found FROM (SELECT place, member, CASE
      WHEN problem IS NULL THEN 'does not answer'
      WHEN problem <> '-' THEN problem
      ${between}
      END AS found FROM compared) AS judged WHERE found IS NOT NULL ORDER BY place`;
}
