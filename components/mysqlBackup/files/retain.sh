#!/usr/bin/env bash
# Removes full backups that are more than KEEP, and of the archive what none of those that stay needs.
set -euo pipefail

scripts=$(dirname "$0")
. "$scripts/store.sh"
. "$scripts/server.sh"

# A folder loses its name first: half of a backup is none.
remove() {
  mv "$1" "$target/.old"
  rm -rf "$target/.old"
}
rm -rf "$target/.old"

mapfile -t backups < <(full_backups)
for name in "${backups[@]:$KEEP}"; do
  echo "removing the backup $name: $KEEP newer ones are kept"
  remove "$target/full/$name"
done

# The oldest that stays of each run: what it holds it does not need the archive for.
declare -A oldest
for name in "${backups[@]:0:$KEEP}"; do oldest[$(field "$target/full/$name/manifest.json" run)]=$name; done
for folder in "$target"/archive/*/; do
  [ -d "$folder" ] || continue
  run=$(basename "$folder")
  if [ -z "${oldest[$run]:-}" ]; then
    remove "${folder%/}"
    continue
  fi
  held=$(field "$target/full/${oldest[$run]}/manifest.json" gtids)
  for piece in "$folder"*.json; do
    case $piece in */[0-9]*.json) printf "SELECT '%s', GTID_SUBSET('%s', '%s');\n" "${piece%.json}" "$(field "$piece" after)" "$held" ;; esac
  done | own archive | while read -r piece needless; do
    [ "$needless" = 1 ] || break
    rm -f "$piece.json" "$piece.data"
  done
done
