import { BACKUP_SCRIPTS } from "../../components/mysqlBackup/folders.ts";
import type { BackupPlan } from "../../topology/databasePlan.ts";
import type { Topology } from "../../topology/plan.ts";

/**
 * @param reference the stack's name as the user wrote it
 * @throws Error if the stack takes no backups
 */
export function backupsOf({ backups }: Pick<Topology, "backups">, reference: string): BackupPlan {
  if (backups === undefined) {
    throw new Error(`the stack ${reference} takes no backups
    set it:    pulumi config set --path 'foobar:mysql.backup.keep' 7 --stack ${reference}, then npm run up -- --stack ${reference}`);
  }
  return backups;
}

/** The command line of a script of the container that takes backups. */
export function backupScript(name: "list" | "request", ...args: readonly string[]): string[] {
  return ["bash", `${BACKUP_SCRIPTS}/${name}.sh`, ...args];
}
