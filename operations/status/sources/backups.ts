import type { BackupFacts } from "../facts.ts";

/**
 * Prints the figures that the container of the backups writes twice a minute, and a line for each activity that fails,
 * its name first. Asking for the list of all backups would take longer than a status may: each is verified.
 */
export const BACKUPS = [
  "bash",
  "-c",
  `[ -e "$METRICS/backup.prom" ] || { echo "it has not looked at its backups yet" >&2; exit 1; }
cat "$METRICS/backup.prom"
cd /tmp/state && grep -HE '^(failed|refused|changed)' * || true`,
];

/** Reads what BACKUPS prints. */
export function backupFacts(output: string): BackupFacts {
  const moment = (figure: string) => {
    const [, seconds] = new RegExp(`^foobar_backup_${figure}_timestamp_seconds (\\S+)$`, "m").exec(output) ?? [];
    return seconds === undefined ? undefined : new Date(Number(seconds) * 1_000);
  };
  return {
    takenAt: moment("taken"),
    reaches: moment("reach"),
    failing: [...output.matchAll(/^(\w+):/gm)].map(([, part = ""]) => part),
  };
}
