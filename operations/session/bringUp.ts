import { join } from "node:path";
import { RELEASES } from "../../releases/folder.ts";
import { isSame, note, previous, readJournal } from "../../releases/journal.ts";
import { age } from "../../releases/report.ts";
import { kept } from "../../releases/store.ts";
import { leftDatabases } from "../database/left.ts";
import { settleAccounts } from "../database/settle.ts";
import { whileSilenced } from "../notify/silence.ts";
import { openStack } from "../stack/open.ts";
import { ROOT } from "../stack/project.ts";
import { isWhole, unattended } from "./attendance.ts";
import { diagnosisText, endingContainers, unwellContainers } from "./diagnosis.ts";
import { heal } from "./heal.ts";
import { sayKept } from "./kept.ts";
import { untilProvisioned } from "./provisioning.ts";
import { pulumi, type Session } from "./pulumi.ts";
import { KEPT_IMAGES, removeReleaseImages } from "./releaseImages.ts";
import { anotherKind, releaseAskedFor, releaseSettings } from "./releaseSettings.ts";
import { onSignals } from "./signals.ts";
import { startAgain } from "./startAgain.ts";
import { say } from "./terminal.ts";
import { refuseRefreshWithout, withoutHosts } from "./without.ts";

const HOME = join(ROOT, RELEASES);

const AT_WORK = "databases copy data or catch up, and an update could interrupt that; up waits:";
const LATE = "databases were not ready in time, because they copy data or catch up; up goes on when that is done:";

/**
 * Brings the stack up and notes the outcome in the journal of its releases. After a failure it tells the user the cure;
 * after a success it names the data volumes that are kept although the stack no longer uses them. Without a terminal
 * nobody could answer the CLI's question, so the command itself counts as the yes.
 * @param saysKept whether kept volumes are named; default: true
 */
export async function bringUp(asked: Session, { saysKept = true } = {}): Promise<number> {
  await refuseRefreshWithout(asked);
  await untilProvisioned(asked.stack, AT_WORK);
  const { session, known } = await heal(await withoutHosts(asked));
  const { release } = await releaseSettings(session.stack);
  if (release !== undefined) {
    say(`the stack runs the kept release ${release} (application.release), not the files as they are
    to go on with those: npm run rollback -- --undo, then npm run up`);
  }
  const start = new Date();
  const hasTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const options = unattended(session.rest, hasTerminal);
  // Before the update only if nobody will be asked whether to make it; after it in any case, because an engine goes on
  // stopping what a killed `down` has asked it to stop.
  if (options.length > 0) await startAgain(session, known);
  const exitCode = await whileSilenced(session.stack, () => updated(session, options));
  if (exitCode === 0) {
    await startAgain(session, known);
    if (isWhole(session.rest)) await settle(session.stack);
    await removeReleaseImages(session.stack, KEPT_IMAGES).catch(() => undefined);
  }
  await record(session.stack, start, exitCode === 0);
  if (exitCode === 0) await warnOfEnds(session.stack);
  if (saysKept && exitCode === 0) await sayKept(session, known);
  return exitCode;
}

/**
 * Runs the update. A container has to be ready within minutes, and a database's copy of large data takes longer: the
 * update then goes on when the copy is complete. Resolves to the exit code.
 */
async function updated(session: Session, options: readonly string[]): Promise<number> {
  let isInterrupted = false;
  const stop = onSignals(() => {
    isInterrupted = true;
  });
  try {
    let exitCode = await pulumi(session, ["up", ...options]);
    while (exitCode !== 0 && !isInterrupted && (await untilProvisioned(session.stack, LATE))) {
      exitCode = await pulumi(session, ["up", ...unattended(session.rest, false)]);
    }
    return exitCode;
  } finally {
    stop();
  }
}

/**
 * Ends accounts and passwords that the update has replaced. The site works without that, so a failure is only said: the
 * next `up` does it.
 */
async function settle(stack: string): Promise<void> {
  try {
    const opened = await openStack(stack);
    const ended = await settleAccounts(opened);
    for (const name of await leftDatabases(opened)) {
      say(`the database ${name} is not in mysql.databases: its data is kept, and the application has no access to it`);
    }
    if (ended.length > 0) say("replaced passwords and accounts of other networks no longer open the databases");
  } catch (error) {
    say(`replaced passwords may still open the databases: ${error instanceof Error ? error.message : String(error)}
    cure:      npm run up, when every database is in its place`);
  }
}

/** A program without a port, such as a worker, is well while it runs, and an update has not waited for its end. */
async function warnOfEnds(stack: string): Promise<void> {
  const ending = await endingContainers(stack).catch(() => []);
  if (ending.length === 0) return;
  say(`warning: the stack is up, and a program of it has ended and was started again
${ending.map(diagnosisText).join("\n")}`);
}

/**
 * Notes the outcome of an update. An update that was refused or declined before it began used no release: it is not
 * noted.
 */
async function record(stack: string, start: Date, ok: boolean): Promise<void> {
  const settings = await releaseSettings(stack);
  const release = releaseAskedFor(settings);
  const releases = kept(HOME);
  if (release === undefined || !releases.some((one) => one.release === release && one.usedAt >= start)) return;
  const now = new Date();
  const attempt = { release, image: settings.image };
  note(stack, { at: now.toISOString(), ...attempt, ok, pinned: settings.release !== undefined }, HOME);
  if (ok) return;
  const canRun = (name: string) =>
    releases.some((one) => one.release === name) && anotherKind(name, settings) === undefined;
  const back = previous(readJournal(stack, HOME), canRun);
  const rollback =
    back === undefined || isSame(back, attempt)
      ? ""
      : `npm run rollback, to the release ${back.release} of ${age(new Date(back.at), now)}, or `;
  const unwell = await unwellContainers(stack).catch(() => []);
  say(`the update did not finish
${unwell.map((one) => `${diagnosisText(one)}\n`).join("")}    cure:      ${rollback}repair it and npm run up; do not refresh before the repair: a refresh forgets that the start failed`);
}
