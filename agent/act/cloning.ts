import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { isRefusal } from "../decide/cloning.ts";
import { errorNumber } from "../mysql/session.ts";
import { reasonOf } from "../reason.ts";
import type { Provisioning } from "../vocabulary.ts";
import { endServer, type Hands } from "./hands.ts";

/**
 * An error of the donor. It serves one clone at a time, and refuses another one before any data change; but it may also
 * fail in the middle.
 */
const DONOR = 3862;
/** The clone is complete, and the server ends, because nothing in its container restarts it. */
const COMPLETE = 3707;

/** Seconds between two reports of a clone. */
const REPORT_PAUSE = 2;

/** How far a clone is: bytes copied and to copy. MySQL estimates the latter when it has begun. */
export const CLONED = `SELECT COALESCE(CONCAT(FORMAT_BYTES(SUM(DATA)), ' of ', FORMAT_BYTES(SUM(ESTIMATE)), ', ',
    FLOOR(100 * SUM(DATA) / NULLIF(SUM(ESTIMATE), 0)), ' %'), 'nothing yet') AS far
  FROM performance_schema.clone_progress WHERE STAGE IN ('FILE COPY', 'PAGE COPY', 'REDO COPY')
    AND BEGIN_TIME IS NOT NULL`;

/** How far this node is on its way into its group. MySQL itself may clone another member for it. */
const RECOVERED = `SELECT IF(EXISTS (SELECT 1 FROM performance_schema.clone_status WHERE STATE = 'In Progress'),
    (SELECT far FROM (${CLONED}) AS clone),
    CONCAT('transaction ', COALESCE(REGEXP_SUBSTR(@@global.gtid_executed, '[0-9]+$'), '-'))) AS far`;

/** Whether the last clone has begun to drop this node's data. */
const DROPPED = `SELECT COUNT(*) AS dropped FROM performance_schema.clone_progress
  WHERE STAGE = 'DROP DATA' AND STATE <> 'Not Started'`;

const drops = z.tuple([z.object({ dropped: z.coerce.number() })]);

const reports = z.array(z.object({ far: z.string() }));

/**
 * Replaces all data by those of another member. The mark tells what an interruption leaves in the data folder, so it is
 * there before anything changes. A receiver that looks for its source again would receive and confirm transactions
 * meanwhile, which the clone deletes: it stops first. The server ends after it, whatever has happened, unless the donor has
 * refused it before this node's data was dropped.
 * @throws Error if the donor is busy: nothing has changed then
 */
export async function clone(hands: Hands, donor: string, mark: Provisioning, before?: Provisioning): Promise<void> {
  const { own, settings, secrets, marks, say } = hands;
  const password = await secrets.password("replication");
  await marks.setProvisioning(mark);
  const reporting = new AbortController();
  const reported = report(hands, donor, reporting.signal);
  try {
    await own.execute(
      `SET GLOBAL clone_valid_donor_list = '${donor}:${settings.port}';
STOP REPLICA IO_THREAD FOR CHANNEL '';
SET GLOBAL super_read_only = OFF;
CLONE INSTANCE FROM 'replication'@'${donor}':${settings.port} IDENTIFIED BY '${password}' REQUIRE SSL;`,
      0,
    );
  } catch (error) {
    const problem = reasonOf(error);
    if (errorNumber(error) === DONOR && isRefusal(await hasDropped(hands))) {
      await marks.setProvisioning(before);
      throw new Error(`${donor} cannot be cloned now: ${problem}`);
    }
    say(errorNumber(error) === COMPLETE ? "the clone is complete" : `the clone has ended: ${problem}`);
  } finally {
    reporting.abort();
    await reported;
  }
  await endServer(hands);
}

/** Whether this node's data are gone, in part or all. undefined: the server does not say. */
async function hasDropped({ own }: Hands): Promise<boolean | undefined> {
  const answer = drops.safeParse(await own.ask(DROPPED).catch(() => []));
  return answer.success ? answer.data[0].dropped > 0 : undefined;
}

/** Says how far the clone is, until it ends. */
async function report({ own, progress }: Hands, donor: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(REPORT_PAUSE * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const [row] = reports.parse(await own.ask(CLONED).catch(() => []));
    if (row !== undefined) progress(`all data from ${donor}: ${row.far}`);
  }
}

/** How far this node is on its way into its group, in words. undefined: nobody knows. */
export async function recoveryProgress(ask: Hands["own"]["ask"]): Promise<string | undefined> {
  const [row] = reports.parse(await ask(RECOVERED));
  return row?.far;
}
