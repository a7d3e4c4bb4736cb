import { type Alert, type AlertGroup, type Subject, when } from "./alert.ts";
import { SLOW_SECONDS } from "./machines.ts";

const DAY = 86_400;
/** Days before its end at which a certificate has to have been renewed. Authorities renew theirs a month before. */
const LEAST_DAYS = 14;
/** Archivings that may be late before somebody is told, and the least time for that. */
const LATE_ARCHIVES = 10;
const LATE_SECONDS = 600;

/** Whether certificates are good for long, and backups are taken. */
export function safetyAlerts(subject: Subject): AlertGroup {
  return {
    name: "safety",
    intervalSeconds: SLOW_SECONDS,
    alerts: [
      {
        name: "CertificateExpires",
        expr: `min by (instance) (probe_ssl_earliest_cert_expiry) - time() < ${LEAST_DAYS * DAY}`,
        severity: "warn",
        summary: "The certificate of {{ $labels.instance }} is good for {{ $value | humanizeDuration }} more",
        description: "Afterwards nobody connects to it any more.",
      },
      ...backupAlerts(subject),
    ],
  };
}

/** The figures come from the exporter of the machine with the backups. */
function backupAlerts({ backups, machines }: Subject): readonly Alert[] {
  if (backups === undefined) return [];
  const { everyHours, archiveSeconds } = backups;
  return when(
    machines > 0,
    {
      name: "BackupOld",
      // Half a period late.
      expr: `time() - max(foobar_backup_taken_timestamp_seconds) > ${1.5 * everyHours * 3600}`,
      for: "5m",
      severity: "page",
      summary: "The last full backup is {{ $value | humanizeDuration }} old",
      description: `A full backup is due every ${everyHours} h.`,
    },
    {
      name: "BackupMissing",
      // A figure that is missing must not look like a backup that is there. The first backup of a stack takes its time.
      expr: "absent(foobar_backup_taken_timestamp_seconds)",
      for: "1h",
      severity: "page",
      summary: "Nobody knows of a full backup",
      description: "There is none that is authentic, or the container that takes backups does not say so.",
    },
    {
      name: "ArchiveBehind",
      expr: `time() - max(foobar_backup_reach_timestamp_seconds) > ${Math.max(LATE_SECONDS, LATE_ARCHIVES * archiveSeconds)}`,
      for: "1m",
      severity: "warn",
      summary: "A restore now would lack the last {{ $value | humanizeDuration }}",
      description: `The binary log is archived every ${archiveSeconds} s.`,
    },
    {
      name: "BackupFailing",
      expr: "foobar_backup_failing == 1",
      for: "1m",
      severity: "warn",
      summary: "Backups fail: {{ $labels.part }}",
      description: "The last attempt failed. It is repeated.",
    },
  );
}
