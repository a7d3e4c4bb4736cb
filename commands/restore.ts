import { carry } from "../operations/backups/carry.ts";
import { changeOver, nameRestore, stopDatabases } from "../operations/backups/changeOver.ts";
import { type Choice, choose, momentOf, type Wanted } from "../operations/backups/choice.ts";
import { backupScript, backupsOf } from "../operations/backups/container.ts";
import { buildCopy } from "../operations/backups/copy.ts";
import { parseListing, type Restored } from "../operations/backups/listing.ts";
import { lossReport, type Present } from "../operations/backups/report.ts";
import { storageReport } from "../operations/backups/storageFates.ts";
import { asideFolder, buildStorages, type RestoredStorages } from "../operations/backups/storages.ts";
import { previousRestore } from "../operations/backups/volumes.ts";
import { REMOVE_LEFTOVERS } from "../operations/session/busy.ts";
import { confirm } from "../operations/session/confirm.ts";
import { requireQuiet } from "../operations/session/heal.ts";
import { optionsOf } from "../operations/session/options.ts";
import { openSession } from "../operations/session/pulumi.ts";
import { interruptible } from "../operations/session/signals.ts";
import { main, say, sayUsage } from "../operations/session/terminal.ts";
import type { Databases } from "../operations/stack/databases.ts";
import { openStack } from "../operations/stack/open.ts";
import { planTopology } from "../topology/topology.ts";

const USAGE = `npm run restore -- --latest                  the newest backup and all of the archive after it
npm run restore -- --name NAME               the data of one backup (npm run backups lists them)
npm run restore -- --to 2026-11-21T12:00Z    the data of a moment
npm run restore -- --undo                    back to the data that the last restore replaced

  --stack NAME     default: dev
  --yes            do not ask before the data replaces the present data
  --accept-unauthenticated
                   accept a backup of an older version of this program, although it is not authenticated
  ${REMOVE_LEFTOVERS}
                   remove parts of the stack that its state does not know, though they may be in use`;

const QUESTION = "Replace the present data?";

await main(async () => {
  const { rest, ...line } = await openSession(process.argv.slice(2));
  const { values } = optionsOf("restore", {
    args: [...rest],
    options: {
      latest: { type: "boolean", default: false },
      name: { type: "string" },
      to: { type: "string" },
      undo: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      "accept-unauthenticated": { type: "boolean", default: false },
      [REMOVE_LEFTOVERS.slice("--".length)]: { type: "boolean", default: false },
    },
  });
  const chosen = [values.latest, values.name !== undefined, values.to !== undefined, values.undo];
  if (chosen.filter(Boolean).length !== 1) {
    sayUsage(USAGE);
    return 2;
  }
  const session = { ...line, rest: rest.filter((arg) => arg === REMOVE_LEFTOVERS) };
  const { config, topology, engines, containers, databases } = await openStack(session.stack);
  const isAllowed = session.rest.length > 0;
  const { state } = await requireQuiet(session, isAllowed);
  if (!topology.protectData) {
    throw new Error(`mysql.protect is false: the data that a restore replaces would be removed
    set it:    pulumi config set --path 'foobar:mysql.protect' true --stack ${session.reference}, then npm run up -- --stack ${session.reference}`);
  }
  const agreed = async (question: string) => {
    if (values.yes || (await confirm(question))) return true;
    say("nothing was changed; --yes does it without a question");
    return false;
  };
  const stop = async (signal: AbortSignal, restored: string | undefined) => {
    // Another run may have begun while the copy was built and the user decided.
    await requireQuiet(session, isAllowed);
    await stopDatabases(containers, topology, signal, () => nameRestore(session, restored));
    return true;
  };
  if (values.undo) {
    const { restored } = config.mysql;
    const volumes = await Promise.all(engines.all.map((engine) => engine.listVolumes()));
    const before = previousRestore(
      volumes.flatMap(({ Volumes }) => Volumes ?? []),
      topology.cluster,
      restored,
    );
    say(
      `back to the data that the restore ${restored} replaced; everything written since then is kept in its own volumes`,
    );
    if (!(await agreed(QUESTION))) return 1;
    await interruptible((signal) => stop(signal, before));
    return changeOver(session, topology, before);
  }

  const wanted: Wanted =
    values.name !== undefined
      ? { kind: "name", name: values.name }
      : values.to !== undefined
        ? { kind: "moment", at: moment(values.to) }
        : { kind: "latest" };
  const plan = backupsOf(topology, session.reference);
  // A round of archiving makes everything restorable that is committed so far, as long as a database answers.
  if (wanted.kind !== "name") say(untampered(await containers.execute(plan.name, backupScript("request", "archive"))));
  // The storages come after the data, so that no row refers to a file that was not there yet.
  if (wanted.kind !== "name" && plan.reader && (await containers.find(plan.reader.name)) !== undefined) {
    say((await containers.execute(plan.name, backupScript("request", "storage"))).trim());
  }
  const listing = parseListing(await containers.execute(plan.name, backupScript("list")));
  for (const problem of listing.problems) say(`warning: ${problem}`);
  const choice = choose(listing, `${topology.project}/${topology.stack}`, wanted);
  if (!(values["accept-unauthenticated"] || (await isAccepted(choice)))) return 1;

  const id = restoreName(new Date());
  const after = planTopology({ ...config, mysql: { ...config.mysql, restored: id } });
  const { primary } = after.cluster;
  const first = after.cluster.databases.find(({ member }) => member === primary);
  if (first === undefined) throw new Error("the plan has no primary");
  const { dataVolume: volume, image } = first;
  // The backups may be on another machine than the database that begins with the data.
  const [source, target] = [engines.of(plan), engines.of(first)];
  const isCarried = source !== target;
  const isToBeUsed = await interruptible(async (signal) => {
    const restored = await buildCopy(
      containers.find,
      topology,
      plan,
      { ...choice, volume, primary, state },
      say,
      signal,
    );
    let isUsed = false;
    let storages: RestoredStorages | undefined;
    try {
      const order = { ...choice, state, restore: id, present: topology.application.storage };
      const files = { ...order, after: after.application.storage };
      storages = await buildStorages(containers.find, topology, plan, files, say, signal);
      const present = await presentData(databases, topology.database, restored).catch(() => undefined);
      signal.throwIfAborted();
      for (const text of lossReport(choice, restored, present, new Date())) say(text);
      const moment = momentOf(choice, listing);
      for (const text of storageReport(storages.files, storages.fates, moment, asideFolder(id))) say(text);
      if (!(await agreed(QUESTION))) return false;
      if (isCarried) {
        say(`carrying the data to the machine of ${first.server}`);
        await carry(source, target, { volume, image, identity: { ...topology, state } });
      }
      signal.throwIfAborted();
      isUsed = await stop(signal, id);
      return isUsed;
    } finally {
      if (!isUsed) await storages?.remove();
      if (isCarried || !isUsed) await source.getVolume(volume).remove();
      if (isCarried && !isUsed)
        await target
          .getVolume(volume)
          .remove()
          .catch(() => {});
    }
  });
  return isToBeUsed ? changeOver(session, topology, id) : 1;
}, USAGE);

/**
 * The container's answer about its archive.
 * @throws Error if the container has found that somebody else has written to the archive, whose end may be missing
 */
function untampered(answer: string): string {
  const [, what] = /^failed: (archive\/.*); a new full backup is taken/.exec(answer) ?? [];
  if (what === undefined) return answer.trim();
  throw new Error(`${what}: somebody else has written to the folder of the backups
    cure:      npm run backups shows what there is; then restore again, and compare what would be lost`);
}

/** Whether the user accepts a backup that is not authenticated. Without a terminal the answer is no. */
async function isAccepted({ backup }: Choice): Promise<boolean> {
  if (backup.authentic) return true;
  say(`the backup ${backup.name} is not authenticated: an older version of this program took it, and anybody who can write to the
    folder of the backups may have changed it`);
  if (await confirm("Restore it all the same?")) return true;
  say("nothing was changed; --accept-unauthenticated does it without a question");
  return false;
}

/** @throws Error if the text is not a time */
function moment(text: string): Date {
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at;
  throw new Error(`${text} is not a time
    allowed:   a time in ISO 8601, like 2026-11-21T12:00:00Z (without a zone it is this machine's)`);
}

/** A restore is named after its time, in the form of mysql.restored: 20261121t120000z. */
function restoreName(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").toLowerCase()}z`;
}

/** The present data of the primary, compared with the restored data. */
async function presentData(databases: Databases, database: string, { gtids }: Restored): Promise<Present> {
  const primary = await databases.primary();
  const only = async (statement: string) => (await databases.ask(primary, statement))[0]?.[0] ?? "";
  const lacking = await only(`SELECT REPLACE(GTID_SUBTRACT(@@global.gtid_executed, '${gtids}'), '\n', '')`);
  const tables = await databases.ask(
    primary,
    `SELECT table_name FROM information_schema.tables WHERE table_schema = '${database}' AND table_type = 'BASE TABLE'`,
  );
  const counted: Record<string, number> = {};
  for (const [table = ""] of tables) {
    counted[table] = Number(await only(`SELECT COUNT(*) FROM \`${database}\`.\`${table.replaceAll("`", "``")}\``));
  }
  return { lacking, rows: counted };
}
