#!/usr/bin/env bash
# Prints the manifest of each full backup, how far each archive reaches, each with what to think of it, full backups and
# pieces that are missing, and at the end MySQL's version, as JSON lines. Texts that somebody could have written are in base64.
set -uo pipefail

scripts=$(dirname "$0")
# shellcheck source=authentic.sh
. "$scripts/authentic.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"

entry() { printf '{"file":"%s","trust":"%s","text":"%s"}\n' "$1" "$trust" "$(printf '%s' "$text" | base64 --wrap=0)"; }

declare -A runs=()
for name in $(backup_names); do
  examine_backup "$name"
  entry "full/$name/manifest.json"
  if [ "$trust" = authentic ] || [ "$trust" = unauthenticated ]; then runs[$(field "$text" run)]=yes; fi
done
# Those of which backup.sh has noticed that somebody removed them.
while read -r name; do
  text='' trust=missing
  [ -e "$target/full/$name" ] || entry "full/$name/manifest.json"
done < <(cat /tmp/gone 2>/dev/null)
for run in "${!runs[@]}"; do
  examine_reach "$run"
  # Older versions of the program began an archive without it.
  if [ "$trust" = missing ] && is_old "$run"; then continue; fi
  entry "archive/$run/reach.json"
  [ "$trust" = authentic ] || continue
  last=$(count "$text" number) text='' trust=missing
  for number in $(missing_pieces "$run" "$last"); do
    entry "$(lacking_file "$target/archive/$run/$number")"
  done
done
printf '{"server":"%s","format":2}\n' "$(mysqld --version | sed -E 's/.* Ver ([0-9.]+).*/\1/')"
