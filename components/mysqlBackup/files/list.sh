#!/usr/bin/env bash
# Prints JSON lines: the manifest of each full backup, the progress of its storages and of each chain, with their trust
# (authentic.sh); full backups and segments that are missing; and at the end MySQL's version. Manifests are in base64,
# because anybody could have written them.
set -uo pipefail

scripts=$(dirname "$0")
# shellcheck source=authentic.sh
. "$scripts/authentic.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"
# shellcheck source=storage.sh
. "$scripts/storage.sh"
# shellcheck source=sequence.sh
. "$scripts/sequence.sh"

entry() { printf '{"file":"%s","trust":"%s","text":"%s"}\n' "$1" "$trust" "$(printf '%s' "$text" | base64 --wrap=0)"; }

# By chain, the first segment that a full backup needs. Empty: that is not known.
declare -A chains=()
for name in $(backup_names); do
  examine_backup "$name"
  entry "full/$name/manifest.json"
  if is_believable; then
    chain=$(chain_of "$text")
    chains[$chain]=$(lesser "${chains[$chain]:-}" "$([ "$trust" != authentic ] || first_segment yes "$(count "$text" archived)" '')")
  fi
  if [ "$trust" = authentic ] && [ -n "$(storages_of "$text")" ]; then
    examine_storage_progress "$name"
    entry "full/$name/storage/progress.json"
  fi
done
# Full backups that backup.sh found to be removed by somebody else.
while read -r name; do
  text='' trust=missing
  [ -e "$target/full/$name" ] || entry "full/$name/manifest.json"
done < <(cat /tmp/gone 2>/dev/null)
for chain in "${!chains[@]}"; do
  examine_progress "$chain"
  # Older versions of the program began a chain without this file.
  if [ "$trust" = missing ] && is_old "$chain"; then continue; fi
  entry "$(progress_file "$chain")"
  [ "$trust" = authentic ] || continue
  last=$(count "$text" number) text='' trust=missing
  for number in $(segment_numbers "$chain" | missing_segments "${chains[$chain]}" "$last"); do
    entry "$(lacking_file "$target/archive/$chain/$number")"
  done
done
printf '{"server":"%s","format":2}\n' "$(mysqld --version | sed -E 's/.* Ver ([0-9.]+).*/\1/')"
