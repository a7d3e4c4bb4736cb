import { BACKUP_SCRIPTS } from "../../components/mysqlBackup/mysqlBackup.ts";
import type { BackupPlan, Topology } from "../../topology/plan.ts";

/** @throws Error where the stack takes no backups */
export function backupsOf({ stack, backups }: Topology): BackupPlan {
  if (backups === undefined) {
    throw new Error(`the stack ${stack} takes no backups
    set it:    pulumi config set --path 'foobar:mysql.backup.keep' 7 --stack ${stack}, then npm run up`);
  }
  return backups;
}

/** The command line of a script of the container that takes backups. */
export function backupScript(name: "list" | "request", ...args: readonly string[]): string[] {
  return ["bash", `${BACKUP_SCRIPTS}/${name}.sh`, ...args];
}
