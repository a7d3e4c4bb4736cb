#!/usr/bin/env bash
# Writes the figures of the backups, for Prometheus and for the stack's status: when the last full backup was taken, until
# when everything is archived, and whether the last attempts failed. Times that are not known are left out.
set -uo pipefail

scripts=$(dirname "$0")
# shellcheck source=authentic.sh
. "$scripts/authentic.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"

# Seconds between two looks.
EVERY=30

# figure NAME HELP LINES: prints a figure, if it has any line.
figure() { [ -z "$3" ] || printf '# HELP %s %s\n# TYPE %s gauge\n%s\n' "$1" "$2" "$1" "$3"; }

seconds() { date -d "$1" +%s.%N; }

# failing: prints for each activity whether the last attempt at it failed.
failing() {
  local file
  for file in /tmp/state/*; do
    case $(cat "$file" 2>/dev/null) in
    failed*) echo "foobar_backup_failing{part=\"${file##*/}\"} 1" ;;
    *) echo "foobar_backup_failing{part=\"${file##*/}\"} 0" ;;
    esac
  done
}

look() {
  local taken='' reach='' bytes='' chain
  survey_backups
  if [ "$newest_trust" = authentic ]; then
    taken="foobar_backup_taken_timestamp_seconds $(seconds "$(field "$newest_text" takenAt)")"
    bytes="foobar_backup_bytes $(count "$newest_text" bytes)"
    chain=$(chain_of "$newest_text")
    examine_progress "$chain"
    if [ "$trust" = authentic ]; then
      reach="foobar_backup_reach_timestamp_seconds $(seconds "$(archived_until_of "$text")")"
    fi
  fi
  figure foobar_backup_taken_timestamp_seconds "When the last full backup was taken." "$taken"
  figure foobar_backup_reach_timestamp_seconds "The moment until which everything is archived." "$reach"
  figure foobar_backup_bytes "The size of the last full backup." "$bytes"
  figure foobar_backup_failing "Whether the last attempt failed." "$(failing)"
}

while :; do
  # The exporter reads whole files only.
  look >"$METRICS/.draft" && chmod 0444 "$METRICS/.draft" && mv "$METRICS/.draft" "$METRICS/backup.prom"
  sleep "$EVERY"
done
