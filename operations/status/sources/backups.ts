import { parseListing } from "../../backups/listing.ts";
import type { BackupFacts } from "../facts.ts";

/** Reads the list of backups for the newest one of the stack. @param stack project/stack */
export function backupFacts(list: string, stack: string): BackupFacts {
  const { backups, archivedUntil, problems } = parseListing(list);
  const last = backups.findLast((backup) => backup.stack === stack);
  return {
    takenAt: last && new Date(last.takenAt),
    reaches: last && (archivedUntil.get(last.chain) ?? new Date(last.takenAt)),
    problems,
  };
}
