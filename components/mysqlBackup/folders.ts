/** The folder of its scripts. */
export const BACKUP_SCRIPTS = "/etc/backup";
