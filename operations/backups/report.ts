import { age } from "../../releases/report.ts";
import { table } from "../../releases/table.ts";
import type { Choice } from "./choice.ts";
import type { FullBackup, Listing, Restored, StoredStorages } from "./listing.ts";
import { countTransactions } from "./transactions.ts";

/** A size with a unit: 1.5 MB. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

/**
 * A line for each backup of the stack, the newest first: name, age, size, files of storages if any has them, checked rows, protection, restorable moments.
 */
export function backupTable({ backups, archivedUntil, storages }: Listing, stack: string, now: Date): string[] {
  const rows = backups
    .filter((backup) => backup.stack === stack)
    .toReversed()
    .map((backup) => [
      backup.name,
      age(new Date(backup.takenAt), now),
      size(backup.bytes),
      ...(storages.size === 0 ? [] : [storedFiles(backup, storages.get(backup.name))]),
      `checked, ${rowCount(backup)} rows`,
      [
        backup.encrypted ? "encrypted" : "in the clear",
        backup.authentic ? "authenticated" : "NOT AUTHENTICATED (an older version took it)",
      ].join(", "),
      `any moment from ${backup.takenAt} to ${(archivedUntil.get(backup.chain) ?? new Date(backup.takenAt)).toISOString()}`,
    ]);
  return table(rows);
}

/** The files of a backup's storages, the size that they take, and the moment until which they are in it. */
function storedFiles({ storage }: Pick<FullBackup, "storage">, stored: StoredStorages | undefined): string {
  if (stored === undefined) return storage.length === 0 ? "no storages" : `${storage.join(", ")}: MISSING`;
  return `${storage.join(", ")}: ${stored.files} files, ${size(stored.bytes)}, until ${new Date(stored.at / 1_000).toISOString()}`;
}

function rowCount({ rows }: Pick<FullBackup, "rows">): number {
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

/** The data that the databases hold now. */
export interface Present {
  /** Transactions that the restored data lack, as MySQL writes sets of them. */
  readonly lacking: string;
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * The data that a restore brings, and the data that it would lose, line by line.
 * @param present undefined: no database answers
 */
export function lossReport(
  { backup }: Pick<Choice, "backup">,
  restored: Restored,
  present: Present | undefined,
  now: Date,
): string[] {
  const last = restored.last === 0 ? new Date(backup.takenAt) : new Date(restored.last / 1000);
  const tables = [...new Set([...Object.keys(restored.rows), ...Object.keys(present?.rows ?? {})])].sort();
  const count = (rows: Readonly<Record<string, number>> | undefined, name: string) =>
    rows === undefined ? "?" : String(rows[name] ?? "no table");
  const minutes = Math.ceil((now.getTime() - last.getTime()) / 60_000);
  return [
    `restored and checked: the data up to ${last.toISOString()}, from the backup ${backup.name}`,
    ...table(
      tables.map((name) => [
        `    ${name}`,
        `rows now: ${count(present?.rows, name)}, restored: ${count(restored.rows, name)}`,
      ]),
    ),
    present === undefined
      ? "the loss cannot be counted: no database takes writes now"
      : `the restore would lose ${transactions(countTransactions(present.lacking))} of the last ${minutes} min, ` +
        "and everything that is written until the databases have changed over",
  ];
}

function transactions(count: number): string {
  return count === 1 ? "1 transaction" : `${count} transactions`;
}
